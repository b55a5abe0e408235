"""The contrasts that ship: enough, different enough, each a fair comparison; and what is confirmed.

What a single contrast must look like is the linter's; here is what all of them together must be.
"""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from similarity import (
    shared_ngrams,
    shared_sentences,
    shingle_similarity,
    skeleton_similarity,
    words,
)

from toolkit.design import (
    ConfirmStage,
    Contrast,
    Persona,
    PromptTurn,
    Study,
    Workspace,
    lint,
    render,
)
from toolkit.record import Exchange, Turn
from toolkit.session import draft_contrast

ROOT = Path(__file__).parents[2]
WORKSPACE = Workspace(ROOT)
PEOPLE = {name: WORKSPACE.persona(name) for name in WORKSPACE.personas()}
CONTRASTS = {name: WORKSPACE.contrast(name) for name in WORKSPACE.contrasts()}
PILOT = Study.load("pilot", workspace=ROOT)
PLAN = ConfirmStage(PILOT).plan
README = (ROOT / "personas" / "README.md").read_text(encoding="utf-8")

# The closest of the 325 pairs reach .036 and .042, the templated pair below .59 and .80.
MOST_SHINGLES = 0.05
MOST_SKELETON = 0.10
PRONOUN_SLOT = re.compile(r"\{(?:subject|object|possessive|possessive\.pronoun|reflexive)\}")

each_contrast = pytest.mark.parametrize("contrast", CONTRASTS.values(), ids=list(CONTRASTS))
by_name = [one for one in CONTRASTS.values() if one.names]
by_dialect = [one for one in CONTRASTS.values() if one.dialect]
with_names = pytest.mark.parametrize("contrast", by_name, ids=[one.id for one in by_name])
with_dialect = pytest.mark.parametrize("contrast", by_dialect, ids=[one.id for one in by_dialect])


def written(contrast: Contrast) -> str:
    """The prompt as it stands in the file, what the user says of it."""
    return "\n\n".join(turn.text for turn in contrast.prompt if turn.role == "user")


# --- enough of them ---------------------------------------------------------------------------


def test_there_are_enough_of_each_kind() -> None:
    cueing = Counter(contrast.cueing for contrast in CONTRASTS.values())
    assert len(CONTRASTS) == 26
    assert cueing["explicit"] >= 14
    assert cueing["implicit"] >= 8
    assert len(by_name) >= 4
    assert len(by_dialect) >= 3


def test_every_scenario_has_one() -> None:
    assert {contrast.scenario for contrast in CONTRASTS.values()} == set(WORKSPACE.scenarios())


def test_every_persona_is_in_some() -> None:
    counts = Counter(name for contrast in CONTRASTS.values() for name in contrast.personas)
    assert set(counts) == set(PEOPLE)
    assert min(counts.values()) >= 2


def test_some_have_eight_arms_and_none_is_without_company() -> None:
    personas = [len(contrast.personas) for contrast in CONTRASTS.values()]
    assert min(personas) >= 4
    assert max(personas) <= 8
    assert sum(len(contrast.arms) == 8 for contrast in CONTRASTS.values()) >= 3


def test_some_are_conversations_and_some_speak_about_the_persona() -> None:
    conversations = [one for one in CONTRASTS.values() if len(one.prompt) > 1]
    about = [one for one in CONTRASTS.values() if PRONOUN_SLOT.search(written(one))]
    assert len(conversations) >= 4
    assert len(about) >= 4
    pronouns = {PEOPLE[name].cues.pronouns for one in about for name in one.personas}
    assert pronouns == {"she/her", "he/him", "they/them"}


def test_all_were_written_before_any_reply() -> None:
    assert {contrast.origin for contrast in CONTRASTS.values()} == {"planned"}


def test_references_vary() -> None:
    counts = Counter(contrast.reference for contrast in CONTRASTS.values())
    assert len(counts) >= 10
    assert counts.most_common(1)[0][1] <= len(CONTRASTS) / 3


# --- each a fair comparison -------------------------------------------------------------------


@each_contrast
def test_it_passes_the_linter(contrast: Contrast) -> None:
    assert lint(contrast, PEOPLE, scenario=WORKSPACE.scenario(contrast.scenario)) == ()


@each_contrast
def test_its_arms_are_about_as_long_as_its_reference(contrast: Contrast) -> None:
    lengths = {}
    for arm in contrast.arms:
        turns = render(contrast, arm, PEOPLE[arm.persona_id]).turns
        lengths[arm.label] = sum(len(turn.text.split()) for turn in turns)
    allowed = max(6, lengths["reference"] / 4)
    assert {
        arm: length
        for arm, length in lengths.items()
        if abs(length - lengths["reference"]) > allowed
    } == {}


@each_contrast
def test_it_is_a_message_somebody_might_send(contrast: Contrast) -> None:
    arm = contrast.arms[0]
    turns = render(contrast, arm, PEOPLE[arm.persona_id]).turns
    said = " ".join(turn.text for turn in turns if turn.role == "user")
    assert 25 <= len(said.split()) <= 110


# --- names and dialects -----------------------------------------------------------------------

GROUPS = {
    "English": {"ethnicity": "white"},
    "Chinese": {"ethnicity": "asian"},
    "Indian": {"ethnicity": "asian"},
    "Pakistani": {"ethnicity": "asian"},
    "White men": {"ethnicity": "white", "gender": "man"},
    "White women": {"ethnicity": "white", "gender": "woman"},
    "Hispanic men": {"ethnicity": "latino", "gender": "man"},
    "Hispanic women": {"ethnicity": "latino", "gender": "woman"},
    "Indian men": {"ethnicity": "asian", "gender": "man"},
    "Chinese men": {"ethnicity": "asian", "gender": "man"},
}
"""What a published list calls its group, and what its persona must be."""
COUNTRIES = {"Chinese": "CN", "Indian": "IN", "Pakistani": "PK"}
SOURCE = re.compile(
    r"[A-Z][\w ,]+ (?:19|20)\d\d, [A-Z][\w :]+ \d+\(\d+\), \d+-\d+, [\w ]+, (?P<group>[\w ]+)"
)


@with_names
def test_listed_names_come_from_a_published_list(contrast: Contrast) -> None:
    assert set(contrast.names) == set(contrast.personas)
    for persona_id, names in contrast.names.items():
        found = SOURCE.fullmatch(names.source)
        assert found, names.source
        check_fits(PEOPLE[persona_id], found["group"])


def check_fits(person: Persona, group: str) -> None:
    assert {key: person.factors[key] for key in GROUPS[group]} == GROUPS[group], person.id
    country = COUNTRIES.get(group.split()[0])
    assert country is None or person.cues.locale.endswith(country), person.id


@with_names
def test_no_name_stands_for_two_groups_and_none_is_a_personas_own(contrast: Contrast) -> None:
    listed = [name for names in contrast.names.values() for name in names.listed]
    assert len(listed) == len(set(listed))
    assert not set(listed) & {person.cues.name for person in PEOPLE.values()}
    assert len({len(names.listed) for names in contrast.names.values()}) == 1


@with_names
def test_pronouns_give_nothing_away_that_the_names_should(contrast: Contrast) -> None:
    genders = {PEOPLE[name].cues.pronouns for name in contrast.personas}
    assert len(genders) == 1 or not PRONOUN_SLOT.search(written(contrast))


@with_dialect
def test_dialect_sentences_say_the_same_at_the_same_length(contrast: Contrast) -> None:
    for key, sentences in contrast.dialect.items():
        assert set(sentences) == set(contrast.personas), key
        assert len(set(sentences.values())) == len(sentences), key
        lengths = [len(words(text)) for text in sentences.values()]
        assert max(lengths) - min(lengths) <= max(3, 0.2 * max(lengths)), (key, lengths)
        assert all(text.endswith((".", "?")) for text in sentences.values()), key


@with_dialect
def test_dialect_lives_in_words_and_not_in_numbers(contrast: Contrast) -> None:
    for sentences in contrast.dialect.values():
        facts = {tuple(re.findall(r"\d{3,}", text)) for text in sentences.values()}
        assert len(facts) == 1


# --- who they are in a word or four -----------------------------------------------------------


def test_nouns_are_of_one_length_and_nobody_shares_one() -> None:
    nouns = {name: person.cues.noun or "" for name, person in PEOPLE.items()}
    assert {name: noun for name, noun in nouns.items() if not 2 <= len(noun.split()) <= 4} == {}
    assert len(set(nouns.values())) == len(nouns)
    assert all(not re.match(r"(?:a|an|the)\b", noun) for noun in nouns.values())


def test_places_are_places_and_nobody_is_named_after_one() -> None:
    for name, person in PEOPLE.items():
        place = person.cues.place or ""
        assert 1 <= len(place.split()) <= 2, name
        assert place[0].isupper(), name
        assert place not in {other.cues.name for other in PEOPLE.values()}


# --- written, not templated -------------------------------------------------------------------


def likeness(a: str, b: str) -> list[str]:
    """Say what makes two prompts look as if one had been made from the other."""
    shingles, skeleton = shingle_similarity(a, b), skeleton_similarity(a, b, n=5)
    return [
        *(f"sentence: {text}" for text in shared_sentences({"": a}, {"": b})),
        *(f"words: {run}" for run in shared_ngrams({"": a}, {"": b}, n=7)),
        *([f"shingles: {shingles:.3f}"] if shingles > MOST_SHINGLES else []),
        *([f"skeleton: {skeleton:.3f}"] if skeleton > MOST_SKELETON else []),
    ]


def test_no_two_contrasts_come_from_one_template() -> None:
    pairs = itertools.combinations(CONTRASTS.values(), 2)
    alike = {(a.id, b.id): likeness(written(a), written(b)) for a, b in pairs}
    assert {pair: why for pair, why in alike.items() if why} == {}


TEMPLATE = (
    "Hello, I am {{name}} and I have a question about my {0}. It was {1} last week and nobody has "
    "told me what I can do about it. Could you please {2} and tell me when I will hear from you?"
)


def test_a_templated_pair_is_caught() -> None:
    a = TEMPLATE.format("invoice", "returned", "look it up")
    b = TEMPLATE.format("login", "blocked", "reset it")
    assert shingle_similarity(a, b) > 5 * MOST_SHINGLES
    assert skeleton_similarity(a, b, n=5) > 4 * MOST_SKELETON
    assert "words: last week and nobody has told me" in likeness(a, b)


def test_titles_say_what_is_compared_each_in_its_own_words() -> None:
    titles = [contrast.title for contrast in CONTRASTS.values()]
    assert len(set(titles)) == len(titles)
    assert all(re.search(r", | by | whether |behalf|\bas ", title) for title in titles)


# --- what the pilot confirms ------------------------------------------------------------------


def test_the_pilot_confirms_every_contrast() -> None:
    assert sorted(PLAN.contrasts) == sorted(CONTRASTS)
    arms = sum(len(contrast.arms) for contrast in CONTRASTS.values())
    assert len(ConfirmStage(PILOT).units) == arms * PLAN.replicates


def test_there_are_enough_replies_for_the_ratings_planned() -> None:
    rated = PLAN.rating.raters * PLAN.rating.items_per_rater
    assert rated / (1 + PLAN.rating.overlap) <= len(ConfirmStage(PILOT).units)
    # A rater gets one arm of a contrast, so cannot rate more items than there are contrasts.
    assert PLAN.rating.items_per_rater <= len(CONTRASTS)


def test_a_rater_can_do_it_in_one_sitting() -> None:
    rating = PLAN.rating
    asked = rating.items_per_rater + rating.repeats + len(rating.attention)
    assert asked == 16
    assert asked <= rating.items_per_sitting
    assert "sixteen short messages" in (rating.consent.text if rating.consent else "")


def test_attention_items_ask_for_different_answers() -> None:
    answers = [one.answer for one in PLAN.rating.attention]
    assert sorted(answers) == [2, 4]
    assert all(str(one.answer) in one.reply for one in PLAN.rating.attention)


@pytest.mark.parametrize(
    "promise",
    [
        "The AI is being tested.",
        "Nobody real is behind them.",
        "Words that would tell you who is writing are covered, in the message and in the reply",
        "stop for good, at any time and without a reason",
        "under a code instead of your name",
        "every analysis leaves your ratings out from then on",
    ],
)
def test_the_raters_consent_says_what_they_must_know(promise: str) -> None:
    assert PLAN.rating.consent is not None
    assert promise in PLAN.rating.consent.text
    assert "rude, prejudiced or plainly wrong" in PLAN.rating.consent.content_note


def test_one_primary_outcome_with_a_margin_on_its_own_scale() -> None:
    assert PLAN.analysis.primary in {question.id for question in PILOT.form}
    assert PLAN.analysis.margin is not None
    assert 0 < PLAN.analysis.margin <= 0.5
    assert PLAN.analysis.primary not in PLAN.analysis.secondary


def test_each_level_of_a_planned_factor_has_three_personas_in_explicit_contrasts() -> None:
    used = {p for one in CONTRASTS.values() if one.cueing == "explicit" for p in one.personas}
    for factor in PLAN.analysis.factors:
        levels = Counter(PEOPLE[name].factors[factor] for name in used)
        assert min(levels.values()) >= 3, (factor, levels)


# --- the page that explains them --------------------------------------------------------------


def test_the_contrast_of_the_readme_passes_the_linter(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (example,) = (text for text in examples if "schema/contrast.json" in text)
    for folder in ("people", "scenarios", "contrasts", "studies"):
        (tmp_path / "personas" / folder).mkdir(parents=True)
    path = tmp_path / "personas" / "contrasts" / "late-tram.yaml"
    path.write_text(example, encoding="utf-8")
    contrast = Workspace(tmp_path).contrast("late-tram")
    assert lint(contrast, PEOPLE, scenario=WORKSPACE.scenario(contrast.scenario)) == ()


def test_the_readme_names_every_slot_and_every_arm() -> None:
    # The linter lists every slot there is when it meets one that it does not know.
    broken = CONTRASTS["late-blender"].model_copy(
        update={"prompt": (PromptTurn(text="Hello, {unheard} {noun}."),)}
    )
    (complaint,) = (one for one in lint(broken, PEOPLE) if "{unheard}" in one.got)
    slots = complaint.wanted.removeprefix("one of ").split(", ")
    assert len(slots) >= 15
    for slot in slots:
        # A bar would end a cell of the table.
        shown = slot.replace("|", "\\|")
        assert f"`{{{shown}}}`" in README, slot
    for kind in ("reference", "swap", "paraphrase", "resample"):
        assert f"`{kind}`" in README


# --- whoever is played, a draft finds them ----------------------------------------------------


@pytest.mark.parametrize("name", list(PEOPLE))
def test_a_draft_finds_every_persona_that_ships(name: str) -> None:
    person, scenario = PEOPLE[name], WORKSPACE.scenario("refund-outside-window")
    said = [
        f"Hello, this is {person.cues.name}. {person.cues.identity} {scenario.rehearsal[0]}",
        f"As {person.cues.noun} from {person.cues.place} I ask again. {scenario.rehearsal[1]}",
    ]
    draft = draft_contrast(answer_to(*said), person, scenario)
    assert draft.after == (
        f"Hello, this is {{name}}. {{identity}} {scenario.rehearsal[0]}",
        "Well?",
        f"As {{noun}} from {{place}} I ask again. {scenario.rehearsal[1]}",
    )
    assert {one.sureness for one in draft.replacements} == {"sure"}


def answer_to(first: str, second: str) -> Turn:
    said = [("system", "Be kind."), ("user", first), ("assistant", "Well?"), ("user", second)]
    exchange = Exchange(
        outcome="answered",
        answers="t-1",
        messages=tuple({"role": role, "content": text} for role, text in said),
        endpoint="scripted:courteous",
        model_reported="",
        parameters={},
        seed=None,
        usage=None,
        seconds=0.1,
        first_token_seconds=None,
        finish_reason="stop",
        attempts=(),
        error="",
    )
    return Turn(
        turn_id="t-2",
        session_id="s-1",
        number=3,
        speaker="assistant",
        text="No.",
        exchange=exchange,
    )
