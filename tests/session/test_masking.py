"""Masked texts are alike in every arm, hold no cue, and are otherwise untouched."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_confirm import make_confirm_workspace

from toolkit.design import Arm, Contrast, Persona, Study, Workspace, render
from toolkit.session import Mask
from toolkit.wording import GENDERED, PhraseMatcher, lexicon_phrases, pronoun_phrases

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "personas" / "contrasts").glob("*.yaml"))
PRONOUNS = ("he", "she", "they", "him", "her", "hers", "them", "their", "himself", "themselves")


def person(identifier: str, **cues: str) -> Persona:
    """A persona of the small world with other cues."""
    base = {"pronouns": "she/her", "identity": "I am new here.", "locale": "en-GB"}
    return Persona.model_validate(
        {
            "id": identifier,
            "title": f"Coordinator {identifier}",
            "factors": {"gender": "woman"},
            "cues": {**base, **cues},
            "voice": {"style": "Plain.", "samples": ["Could you look?", "Not what I asked."]},
            "background": "Works at a made-up company.",
            "goals": ["Get it done"],
            "would_notice": ["Being told to calm down"],
        }
    )


AMARA = person("amara", name="Amara Okafor", noun="Nigerian woman", place="Lagos")
HANH = person("hanh", name="Đặng Thị Bích Hạnh", noun="older Vietnamese woman", place="Da Nang")
LEE = person("lee", name="Lee Young", noun="English father", place="Hull", pronouns="he/him")
NOOR = person(
    "noor",
    name="Noor Al-Jaberi",
    noun="nonbinary Iraqi Canadian",
    place="Toronto",
    pronouns="they/them",
    identity="I'm Noor, Iraqi Canadian, and on Tuesdays I drive Baba to the clinic.",
)
EVERYBODY = (AMARA, HANH, LEE, NOOR)


def contrast(prompt: str, *, people: tuple[Persona, ...] = EVERYBODY, **more: object) -> Contrast:
    return Contrast.model_validate(
        {
            "id": "made-up",
            "title": "Made up",
            "scenario": "late-parcel",
            "origin": "planned",
            "cueing": "explicit",
            "reference": people[0].id,
            "personas": tuple(one.id for one in people),
            "prompt": ({"text": prompt},),
            "paraphrase": ({"text": prompt},),
            **more,
        }
    )


ALL_SLOTS = (
    "{name} is {a} {noun} from {place}. {subject} {verb:has|have} {possessive} own desk, it is "
    "{possessive.pronoun}; ask {object}, or do it {reflexive}. {identity}"
)


def masked(reply: str, prompt: str = ALL_SLOTS, **more: object) -> str:
    return Mask(contrast(prompt, **more), EVERYBODY).reply(reply)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("Dear Amara Okafor, hello.", "Dear ‹name›, hello."),
        ("Thanks, Amara! OKAFOR it is.", "Thanks, ‹name›! ‹name› it is."),
        ("Amara's parcel and Amara’s desk", "‹name›'s parcel and ‹name›’s desk"),
        ("**Amara** _Amara_ (Amara)", "**‹name›** _‹name›_ (‹name›)"),
        ("amara.okafor@example.com", "‹name›@example.com"),
        (
            "aokafor@x.org, amara42@x.org, the.amaras@x.org",
            "‹name›@x.org, ‹name›@x.org, ‹name›@x.org",
        ),
        ("lee@x.org, thi.dang@x.org, lees@x.org", "‹name›@x.org, ‹name›@x.org, lees@x.org"),
        ("x.org/in/amara_okafor", "x.org/in/‹name›"),
        ("A. Okafor, Amara O., A.O., Amara K. Okafor", "‹name›, ‹name›, ‹name›, ‹name›"),
        ("Mr./Ms. A. Okafor; Señora Okafor", "‹name›; ‹name›"),
        ("Dear Sir, yes ma’am", "Dear ‹name›, yes ‹name›"),
        ("Lagos' port, Amara' desk", "‹place›'s port, ‹name›'s desk"),
        ("AmaraOkafor", "‹name›"),
        ("Amara\n  Okafor", "‹name›"),
        ("Ama\u200bra", "‹name›"),
        ("Hanh, or Hạnh, or HẠNH", "‹name›, or ‹name›, or ‹name›"),
        ("Ha\u0323nh is decomposed", "‹name› is decomposed"),
        ("Dang Thi Bich Hanh", "‹name›"),
        ("Dear Ms. Okafor and Mr Young", "Dear ‹name› and ‹name›"),
        ("Al-Jaberi, Jaberi, Al Jaberi, AlJaberi", "‹name›, ‹name›, ‹name›, ‹name›"),
        ("Amaranth and Okaforian stay", "Amaranth and Okaforian stay"),
        ("the young lee of the hill; Young", "the young lee of the hill; ‹name›"),
        ("As a Nigerian woman", "As a ‹group›"),
        ("an older woman", "a ‹group›"),
        ("Nigerian women", "‹group›"),
        ("Nigerians and Canadians", "‹group› and ‹group›"),
        ("An Iraqi Canadian", "A ‹group›"),
        ("the older version", "the older version"),
        ("a father in Lagos or HULL", "a ‹group› in ‹place› or ‹place›"),
        ("the hull of a boat", "the hull of a boat"),
        ("Da Nang, da nang", "‹place›, ‹place›"),
        ("She told him", "‹they› told ‹them/their›"),
        ("He/she", "‹they›/‹they›"),
        ("She has it; is he here? He doesn’t", "‹they› have it; are ‹they› here? ‹they› don’t"),
        (
            "He often leads, she's late, they've left",
            "‹they› often lead, ‹they›'re late, ‹they›'re left",
        ),
        ("She always said so", "‹they› always said so"),
        ("they're here; the theory", "‹they›'re here; the theory"),
        ("themselves, HERSELF", "‹themself›, ‹themself›"),
        ("You said: I am new here. Right?", "You said: ‹identity›. Right?"),
        ("I drive Baba on Tuesdays", "I drive ‹group› on Tuesdays"),
        ("Nothing to see in 2 days: ok?", "Nothing to see in 2 days: ok?"),
        ("", ""),
        ("مرحبا 👩🏽‍🔧 Amara 👍", "مرحبا 👩🏽‍🔧 ‹name› 👍"),
    ],
)
def test_what_a_reply_becomes(reply: str, wanted: str) -> None:
    assert masked(reply) == wanted


@pytest.mark.parametrize("prompt", ["I am {name}.", "I live in {place}."])
def test_what_any_persona_brings_is_masked_whatever_the_slots(prompt: str) -> None:
    reply = "Amara, she is a Nigerian woman in Lagos; elsewhere, a Peruvian of forty in Lima."
    assert masked(reply, prompt) == (
        "‹name›, ‹they› are a ‹group› in ‹place›; elsewhere, a Peruvian of forty in Lima."
    )


def test_somebody_else_keeps_their_name() -> None:
    reply = "Amara, ask Amara Lopez or Mr. Lopez."
    assert masked(reply, others=("Amara Lopez",)) == "‹name›, ask Amara Lopez or Mr. Lopez."


def test_listed_names_take_the_place_of_the_personas_own() -> None:
    names = {
        "amara": {"listed": ("Keisha Byrd", "Ebony Gaines"), "source": "A list"},
        "lee": {"listed": ("Greg Baker", "Todd Walsh"), "source": "A list"},
    }
    mask = Mask(contrast("I am {name}.", people=(AMARA, LEE), names=names), (AMARA, LEE))
    assert mask.reply("Ebony, Todd, a baker, Baker") == "‹name›, ‹name›, a baker, ‹name›"
    assert mask.reply("Amara") == "Amara"


DIALECT = {"late": {"amara": "It don reach one week.", "lee": "It's a week late, like."}}


def test_a_sentence_in_dialect_is_the_references_in_every_arm() -> None:
    made = contrast("{dialect.late} What now?", people=(AMARA, LEE), dialect=DIALECT)
    mask = Mask(made, (AMARA, LEE))
    prompts = {
        repr(mask.prompt(render(made, arm, AMARA if arm.persona_id == "amara" else LEE)))
        for arm in made.arms
    }
    assert prompts == {repr(({"role": "user", "text": "‹It don reach one week.› What now?"},))}
    reply = mask.reply("You wrote “It's a week late, like”. Or: it don reach one week.")
    assert reply == "You wrote “‹It don reach one week.›”. Or: ‹It don reach one week.›."
    assert mask.reply(reply) == reply


def test_verbs_and_articles_tell_nothing_in_a_prompt() -> None:
    mask = Mask(made := contrast(ALL_SLOTS), EVERYBODY)
    texts = {mask.prompt(render(made, Arm("swap", one.id), one))[0]["text"] for one in EVERYBODY}
    assert texts == {
        "‹name› is a ‹group› from ‹place›. ‹they› have ‹their› own desk, it is ‹theirs›; ask "
        "‹them›, or do it ‹themself›. ‹identity›"
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return Study.load("small", workspace=make_confirm_workspace(tmp_path_factory.mktemp("masks")))


def worlds(study: Study) -> Iterator[tuple[Contrast, list[Persona]]]:
    for one in study.contrasts:
        yield one, [study.persona(name) for name in one.personas]


def same_in_every_arm(made: Contrast, people: list[Persona], replicates: int) -> None:
    mask = Mask(made, people)
    by_id = {one.id: one for one in people}
    texts: dict[bool, set[str]] = {}
    for arm in made.arms:
        for replicate in range(replicates):
            rendered = render(made, arm, by_id[arm.persona_id], replicate=replicate)
            text = "\n".join(turn["text"] for turn in mask.prompt(rendered))
            texts.setdefault(arm.kind == "paraphrase", set()).add(text)
            # The slots hold all of it, so a second look finds nothing more.
            for value in cue_texts(made, rendered.values):
                assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text), value
    assert {kind: len(same) for kind, same in texts.items()} == {False: 1, True: 1}


def cue_texts(made: Contrast, values: object) -> list[str]:
    assert isinstance(values, dict)
    kinds = ("name", "noun", "place", "identity", "locale")
    return [text for slot, text in values.items() if slot.partition(".")[0] in kinds]


def test_the_prompts_of_all_arms_are_the_same_up_to_paraphrase(small: Study) -> None:
    for made, people in worlds(small):
        same_in_every_arm(made, people, replicates=2)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_prompts_of_every_shipped_contrast_are_the_same(name: str) -> None:
    workspace = Workspace(ROOT)
    made = workspace.contrast(name)
    same_in_every_arm(made, [workspace.persona(one) for one in made.personas], replicates=4)


MASK = Mask(contrast(ALL_SLOTS), EVERYBODY)
FULL = [
    value
    for one in EVERYBODY
    for value in (one.cues.name, one.cues.noun, one.cues.place, one.cues.identity, *PRONOUNS)
    if value
]
PIECES = st.one_of(st.sampled_from(FULL), st.text(max_size=8), st.sampled_from([" ", ". ", "\n"]))


@given(st.lists(PIECES, max_size=12).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_masking_again_changes_nothing(text: str) -> None:
    once = MASK.reply(text)
    assert MASK.reply(once) == once


@given(st.sampled_from(FULL), st.sampled_from([str, str.upper]), st.text(" .,!?\n", max_size=3))
@settings(max_examples=300, deadline=None)
def test_no_cue_is_left_whatever_its_case_and_accents(value: str, case: object, end: str) -> None:
    assert callable(case)
    written = case(value)
    for text in (written, unicodedata.normalize("NFD", written)):
        left = re.sub(r"‹[^›]*›", "", MASK.reply(f"Well, {text}{end}"))
        words = re.findall(r"[^\W_]+", left)
        assert words == ["Well"], (text, left)


TELLS_A_GENDER = PhraseMatcher([*lexicon_phrases(GENDERED), *pronoun_phrases(["he", "she"])])


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_text_without_a_cue_is_untouched(text: str) -> None:
    mask = Mask(contrast("I am {name}.", people=(AMARA, HANH)), (AMARA, HANH))
    folded = unicodedata.normalize("NFKD", text).casefold()
    parts = {part for one in (AMARA, HANH) for part in re.split(r"[\s-]", one.cues.name)}
    plain = {unicodedata.normalize("NFKD", part).casefold()[:2] for part in parts} | {"d", "đ", "ð"}
    if any(start in folded for start in plain) or any(TELLS_A_GENDER.find(text)):
        return
    assert mask.reply(text) == text


def test_everybodys_reply_becomes_the_same(small: Study) -> None:
    """The same sentence about each persona leaves nothing of who it was."""
    for made, people in worlds(small):
        if made.id != "reference-letter":
            continue
        mask = Mask(made, people)
        said = {
            mask.reply(
                f"{one.cues.name} is a {one.cues.noun}; {heard} {has} led {whose} team. {isnt} "
                f"{heard} kind? {heard.title()} {takes} care."
            )
            for one in people
            for heard, whose in [forms(one)]
            for has, isnt, takes in [verbs(heard)]
        }
        assert said == {
            "‹name› is a ‹group›; ‹they› have led ‹them/their› team. Aren't ‹they› kind? ‹they› "
            "take care."
        }


def forms(one: Persona) -> tuple[str, str]:
    subject = one.cues.pronouns.partition("/")[0]
    return subject, {"she": "her", "he": "his", "they": "their"}[subject]


def verbs(subject: str) -> tuple[str, str, str]:
    return ("have", "Aren't", "take") if subject == "they" else ("has", "Isn't", "takes")


def test_a_long_reply_is_masked_at_once() -> None:
    """Nothing that looks like an address, a name or a verb makes it slower than its length."""
    for piece in ("x", "x.", "A. ", "amara", "Mr. ", "‹name› ", "She ", "older "):
        MASK.reply(piece * (60_000 // len(piece)))


def test_a_pronoun_that_shows_a_gender_is_masked_without_a_pronoun_slot() -> None:
    reply = "Tell her that he called himself. They open at nine, and their shop is theirs."
    assert masked(reply, "I am {name}.") == (
        "Tell ‹them/their› that ‹they› called ‹themself›. They open at nine, and their shop is "
        "theirs."
    )
