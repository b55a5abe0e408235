"""One name written in two ways is one name, or a refusal that shows both; repeats are counted."""

import pandas as pd
import pytest

from toolkit.analysis import Observations, disparity, from_table
from toolkit.errors import AnalysisError

JOINED = [
    ("José", "Jose\u0301", "composed and decomposed"),
    ("Zoë", "Zoë ", "a space behind"),
    ("Zoë", "\tZoë", "a tab before"),
    ("Ann Lee", "Ann  Lee", "two spaces"),
    ("Ann Lee", "Ann\u00a0Lee", "a no-break space"),
    ("Ann Lee", "Ann\u2009Lee", "a thin space"),
    ("Ann Lee", "Ann\u3000Lee", "an ideographic space"),
    ("Anna", "An\u200bna", "a zero-width space"),
    ("Anna", "\ufeffAnna", "a byte order mark"),
    ("Anna", "Anna\u200e", "a mark of direction"),
    ("Anna", "An\u00adna", "a soft hyphen"),
    ("Anna", "Anna\u2060", "a word joiner"),
    ("Đặng", "Đa\u0323\u0306ng", "marks in another order"),
    ("がく", "か\u3099く", "a voiced kana in two"),
    ("가나", "\u1100\u1161\u1102\u1161", "Korean syllables in their letters"),
    ("Ångström", "\u212bngström", "the sign of the unit"),
]
REFUSED = [
    ("Anna", "Аnna", "a Cyrillic capital A"),
    ("Peter", "Реter", "two Cyrillic letters"),
    ("Maria", "Μaria", "a Greek capital M"),
    ("Anna", "anna", "a capital"),
    ("ANNA", "Anna", "all capitals"),
    ("Straße", "STRASSE", "a sharp s in capitals"),
    ("Anna", "Ａｎｎａ", "full-width letters"),
    ("Al", "AI", "an l and a capital i"),
    ("R1", "Rl", "a one and an l"),
    ("B0", "BO", "a zero and an o"),
    ("Mary-Ann", "Mary‑Ann", "a no-break hyphen"),
    ("O'Hara", "O’Hara", "two apostrophes"),
    ("علي", "علی", "Arabic and Persian yeh"),
    ("ニコ", "二コ", "a kana and the number two"),
    ("Ida", "lda", "a capital i and an l"),
    ("ﬁnn", "finn", "a ligature"),
]
APART = [
    ("José", "Jose", "an accent is seen"),
    ("Ana", "Anna", "two letters"),
    ("Müller", "Mueller", "an umlaut is seen"),
    ("王芳", "王方", "two characters"),
    ("می\u200cخواهم", "میخواهد", "a joiner of Persian spelling"),
    ("Ann Lee", "AnnLee", "a space is seen"),
    ("김민수", "김민지", "another syllable"),
    ("Анна", "Алла", "two Cyrillic names"),
    ("r1", "r2", "two numbers"),
    ("علي", "عالي", "another letter"),
    ("दीपा", "दीपक", "another sign"),
    ("Bern", "Berne", "one letter more"),
]


def table(one: str, other: str) -> pd.DataFrame:
    """Twelve ratings of two people in three situations; the second one's name in two ways."""
    who = ["Reference", "Reference", one, other] * 3
    where = [place for place in "xyz" for _ in range(4)]
    return pd.DataFrame(
        {"score": [1, 2, 3, 4] * 3, "who": who, "where": where, "judge": ["p", "q"] * 6}
    )


def taken(frame: pd.DataFrame, **more: object) -> Observations:
    named = {"value": "score", "persona": "who", "scenario": "where", "rater": "judge"}
    given = {"scale": "likert", "bounds": (1, 5), "reference": "Reference", **named, **more}
    return from_table(frame, **{key: one for key, one in given.items() if one is not None})  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "other", "why"), JOINED, ids=[one[2] for one in JOINED])
def test_spellings_that_nobody_can_tell_apart_are_one_name(one: str, other: str, why: str) -> None:
    seen = taken(table(one, other))
    assert list(seen.frame["persona"].cat.categories) == sorted(["Reference", one])
    assert [note.partition(" spellings")[0] for note in seen.notes] == ["persona: 2"]
    assert seen.notes[0].count("(3 rows)") == 2
    assert "<U+" in seen.notes[0] or "  " in seen.notes[0] or " '" in seen.notes[0]
    assert set(seen.notes) <= set(disparity(seen).notes), why
    # Whoever types the other spelling means the same person.
    assert set(taken(table(one, other), reference=other).frame["arm"]) == {"reference", "swap"}


@pytest.mark.parametrize(("one", "other", "why"), REFUSED, ids=[one[2] for one in REFUSED])
@pytest.mark.parametrize("role", ["persona", "scenario", "rater", "endpoint"])
def test_look_alikes_are_refused_by_both_spellings(
    one: str, other: str, why: str, role: str
) -> None:
    frame = table("a", "a").assign(of=[one, other] * 6)
    with pytest.raises(AnalysisError) as refused:
        taken(frame, **{role: "of"})
    said = str(refused.value)
    assert said.startswith(f"from_table: got two names as {role} that look alike: '"), why
    first, second = said.split("'")[1], said.split("' and '")[1]
    assert first != second.split("'")[0]
    assert said.isascii()


@pytest.mark.parametrize(("one", "other", "why"), APART, ids=[one[2] for one in APART])
def test_names_that_differ_to_the_eye_stay_apart(one: str, other: str, why: str) -> None:
    seen = taken(table(one, other))
    assert set(seen.frame["persona"].cat.categories) == {"Reference", one, other}, why
    assert seen.notes == ()


def test_ids_of_replies_may_differ_by_a_capital() -> None:
    frame = table("a", "a").assign(id=[*"aAbBcCdDeEfF"])
    assert taken(frame, reply="id").frame["reply"].nunique() == 12


def test_an_empty_name_is_none() -> None:
    assert dict(taken(table("a", " \u200b")).left_out) == {"no persona": 3}


def test_spellings_are_joined_in_factors_and_in_a_table_of_people() -> None:
    frame = table("a", "a").assign(sex=["Zoé", "Zoe\u0301", "b", "b"] * 3)
    assert list(taken(frame, factors=["sex"]).people["sex"]) == ["Zoé", "b"]
    people = pd.DataFrame({"age": ["1", "2"]}, index=["Reference ", "Jose\u0301"])
    seen = taken(table("José", "José"), people=people)
    assert seen.people.to_dict() == {"age": {"José": "2", "Reference": "1"}}


def twice(**changed: object) -> pd.DataFrame:
    """Twelve ratings of twelve replies, the first four exported twice."""
    frame = table("a", "a").assign(id=[f"r{n}" for n in range(12)], again=0, when=range(12))
    return pd.concat([frame, frame.head(4).assign(**changed)], ignore_index=True)


REPEATS = [
    ({}, {"reply": "id"}, 4, 0, "every column is the same"),
    ({"when": 99}, {"reply": "id"}, 4, 0, "exported at another time"),
    ({"judge": "p ", "when": 1}, {"reply": "id"}, 2, 0, "one rater is written in two ways"),
    ({"score": 5}, {"reply": "id"}, 0, 4, "another value"),
    ({"judge": "s"}, {"reply": "id"}, 0, 0, "another rater"),
    ({"id": "new"}, {"reply": "id"}, 0, 0, "another reply"),
    ({"id": None}, {"reply": "id"}, 0, 0, "which reply is not known"),
    ({}, {"replicate": "again"}, 4, 0, "the repetition says which reply"),
    ({"again": 1}, {"replicate": "again", "reply": "id"}, 0, 0, "another repetition"),
    ({}, {}, 0, 4, "nothing says which reply it is"),
    ({"when": 99}, {}, 0, 0, "nothing says so, and the time differs"),
    ({}, {"rater": None, "reply": "id"}, 0, 0, "no rater is named"),
    ({}, {"reply": "id", "weight": "one"}, 0, 0, "a table of counts"),
]


@pytest.mark.parametrize(
    ("changed", "named", "left_out", "noted", "why"), REPEATS, ids=[one[-1] for one in REPEATS]
)
def test_a_rating_exported_twice_counts_once(
    changed: dict[str, object], named: dict[str, object], left_out: int, noted: int, why: str
) -> None:
    frame = twice(**changed).assign(one=1)
    seen = taken(frame, **named)
    assert dict(seen.left_out) == ({"repeats another row": left_out} if left_out else {}), why
    said = [note for note in seen.notes if "rows" in note and "spelling" not in note]
    assert [int(note.split()[0]) for note in said] == ([noted] if noted else [])


def test_repeats_do_not_move_the_estimate() -> None:
    once, again = (taken(one, reply="id") for one in (twice().head(12), twice()))
    first, second = (disparity(one).findings[0] for one in (once, again))
    assert first.estimate == second.estimate
    assert first.n == second.n
    assert second.left_out == {"repeats another row": 4}
