"""Phrases are found whole, longest first, in any script, and where they stand is exact."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.wording import Phrase, PhraseMatcher, folded, with_marks


def marked(text: str, *phrases: str, case: str = "any") -> str:
    known = (Phrase(one, "#", case) for one in phrases)  # type: ignore[arg-type]
    return with_marks(text, PhraseMatcher(known).find(text))


@pytest.mark.parametrize(
    ("phrase", "text", "wanted"),
    [
        ("theirs", "The IRS, theirs", "The IRS, #"),
        ("hispanic", "his panic is hispanic", "his panic is #"),
        ("non-binary", "nonbinary, non binary, non\u2011binary, NON–BINARY", "#, #, #, #"),
        ("woman", "wo-man, wom\u00adan, wo man", "#, #, wo man"),
        ("Seán O’Brien", "sean obrien, SEAN O'BRIEN, Sea\u0301n  O Brien", "#, #, #"),
        ("A.O.", "A.O., A. O., AO, A O", "#, #, AO, A O"),
        ("Jo", "_Jo_ Jo's Jo2 Jos", "_#_ #'s Jo2 Jos"),
        ("Straße", "STRASSE strasse", "# #"),
        ("Đặng", "DANG dặng đang", "# # #"),
        ("王小芳", "王小芳您好,小芳", "#您好,小芳"),
        ("王", "国王和王, 王 先生", "国王和王, # 先生"),
        ("가나", "가나는 아가나", "#는 아가나"),
        ("がく", "かく がく", "かく #"),
        ("สมชาย", "คุณสมชายครับ", "คุณ#ครับ"),
        ("راما", "رامـا رَاما", "# #"),
        ("", "nothing", "nothing"),
    ],
)
def test_what_is_found(phrase: str, text: str, wanted: str) -> None:
    assert marked(text, phrase) == wanted


def test_a_capital_is_asked_for_only_where_the_script_has_one() -> None:
    assert marked("Will will WILL", "Will", case="capital") == "# will #"
    assert marked("王芳", "王芳", case="capital") == "#"
    assert marked("Ms MS ms", "Ms", case="exact") == "# MS ms"


def test_the_longest_phrase_is_found_and_none_overlaps() -> None:
    assert marked("ann lee roy lee", "Ann", "Ann Lee", "Lee Roy", "lee") == "# roy #"


def test_of_two_phrases_with_the_same_letters_the_first_fits() -> None:
    phrases = (Phrase("Lee", "one", "exact"), Phrase("lee", "two"), Phrase("LEE", "three"))
    assert with_marks("Lee lee", PhraseMatcher(phrases).find("Lee lee")) == "one two"


SIGNS = st.text(
    st.one_of(st.characters(), st.sampled_from("aeá\u0301\u200b\u00ad-'’ 王가\u1100\u1161รी\u094d"))
)


@given(before=SIGNS, after=SIGNS, form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
@settings(max_examples=400, deadline=None)
def test_a_word_set_apart_is_found_in_any_text_and_form(before: str, after: str, form: str) -> None:
    text = unicodedata.normalize(form, f"{before} — Quetzalcóatl! {after}")
    found = list(PhraseMatcher([Phrase("quetzalcoatl", "#")]).find(text))
    assert [folded(text[one.start : one.end]) for one in found] == ["quetzalcoatl"]


@given(text=SIGNS, phrase=SIGNS)
@settings(max_examples=400, deadline=None)
def test_where_something_is_found_it_stands(text: str, phrase: str) -> None:
    end = 0
    for one in PhraseMatcher([Phrase(phrase, "#")]).find(text + phrase):
        assert one.start >= end
        assert folded((text + phrase)[one.start : one.end]) == folded(phrase)
        end = one.end


@given(text=SIGNS)
@settings(max_examples=300, deadline=None)
def test_forms_of_unicode_fold_alike(text: str) -> None:
    assert len({folded(unicodedata.normalize(one, text)) for one in ("NFC", "NFD")}) == 1


def test_long_texts_cost_no_more_than_their_length() -> None:
    matcher = PhraseMatcher([Phrase("a " * 12), Phrase("b-" * 12 + "c")])
    for piece in ("a ", "b-", "王", "\u0301", "\u200b"):
        assert list(matcher.find(piece * 20_000)) is not None
