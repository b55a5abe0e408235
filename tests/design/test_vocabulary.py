"""The vocabulary: complete, in plain words, and never changed without a new version."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from toolkit.canon import content_hash
from toolkit.design import (
    FACTORS,
    FLAG_HARMS,
    HARM_TYPES,
    HARMS,
    TRUST_DIMENSIONS,
    Persona,
    Scenario,
    Term,
    Workspace,
)
from toolkit.errors import UnknownName

ROOT = Path(__file__).resolve().parents[2]
DATA = json.loads((ROOT / "toolkit" / "design" / "vocabulary.json").read_text("utf-8"))
OTHERS = [
    {key: Term(key, *words) for key, words in DATA[name].items()}
    for name in ("consequences", "acceptable_uses")
]
LISTS = (HARM_TYPES, FLAG_HARMS, TRUST_DIMENSIONS, *OTHERS)
VERSION = Workspace(ROOT).study("pilot").content["vocabulary"]
PINNED = {1: "sha256:796a3157903dc1f0a8fdc9f979689b070d41ea80807b010d165fcc78cd65c36d"}


def test_a_changed_vocabulary_has_a_new_version() -> None:
    terms = [[(one.key, one.label, one.meaning) for one in words.values()] for words in LISTS]
    factors = [
        (one.key, one.meaning, one.values or None, one.legal_lists) for one in FACTORS.values()
    ]
    assert PINNED[VERSION] == content_hash([terms, factors]), (
        "The vocabulary changed: raise the version in toolkit/design/vocabulary.json "
        "and pin the new hash here."
    )


def test_labels_are_short_and_meanings_are_one_sentence() -> None:
    for words in LISTS:
        for key, term in words.items():
            assert term.key == key
            assert 1 <= len(term.label.split()) <= 4
            assert term.meaning.endswith(".")
            assert ". " not in term.meaning


def test_labels_differ_within_a_list() -> None:
    for words in LISTS:
        assert len({term.label for term in words.values()}) == len(words)


def test_every_harm_has_a_type_and_every_type_a_harm() -> None:
    assert {key.partition(".")[0] for key in HARMS} == set(HARM_TYPES)
    assert len(HARMS) == 20


def test_unsure_can_be_flagged_and_not_probed() -> None:
    assert set(FLAG_HARMS) - set(HARMS) == {"unsure"}


def test_controls_fall_under_no_legal_list() -> None:
    controls = {key for key, factor in FACTORS.items() if not factor.legal_lists}
    assert controls == {
        "language_proficiency",
        "caring_duties",
        "job_level",
        "dialect",
        "assistive_technology",
        "role",
        "tenure",
    }


def hint(kind: type[Persona | Scenario], field: str, value: object) -> str:
    """What to do about a wrong value, as the file's reader says it."""
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({field: value})
    found = [one for one in caught.value.errors() if one["loc"][0] == field]
    return str(found[0]["ctx"]["hint"])


@pytest.mark.parametrize(
    ("kind", "field", "value", "wanted"),
    [
        (Persona, "factors", {"Gender": "woman"}, "Did you mean 'gender'?"),
        (Persona, "factors", {"age band": "under_30"}, "Did you mean 'age_band'?"),
        (Persona, "factors", {"zzz": "woman"}, ""),
        (Scenario, "harms", ["stereotyping"], "Did you mean 'representational.stereotyping'?"),
        (Scenario, "harms", [""], ""),
    ],
)
def test_suggestions_are_close_or_absent(
    kind: type[Persona | Scenario], field: str, value: object, wanted: str
) -> None:
    assert hint(kind, field, value) == wanted


def test_a_name_with_a_space_is_taken_for_the_id_nearest_to_it() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'amara-okafor'"):
        Workspace(ROOT).study("pilot").persona("amara okafor")
