"""The personas we ship: a balanced table of factors, and people who were written one by one."""

import itertools
import re
from collections.abc import Iterator, Mapping
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import association
from similarity import (
    shared_ngrams,
    shared_sentences,
    shingle_similarity,
    skeleton_similarity,
)

from toolkit.design import FACTORS, Persona, Workspace

ROOT = Path(__file__).resolve().parents[2]
ANALYSIS_FACTORS = (
    "gender",
    "age_band",
    "ethnicity",
    "disability",
    "language_proficiency",
    "caring_duties",
)
MAX_V, MAX_VIF, MIN_PERSONAS = 0.35, 3.0, 3
MAX_SKELETON, MAX_SHINGLES = 0.15, 0.10
FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|me|my|mine)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
NAME_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@pytest.fixture(scope="module")
def people() -> dict[str, Persona]:
    workspace = Workspace(ROOT)
    return {name: workspace.persona(name) for name in workspace.personas()}


@pytest.fixture(scope="module")
def table(people: dict[str, Persona]) -> pd.DataFrame:
    """One row a persona, one column an analysis factor."""
    rows = [[person.factors[key] for key in ANALYSIS_FACTORS] for person in people.values()]
    return pd.DataFrame(rows, index=list(people), columns=list(ANALYSIS_FACTORS))


# --- the table of factors ---------------------------------------------------------------------


def dummies(table: pd.DataFrame, references: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Code each factor against a reference level, by default its first; no intercept."""
    parts = []
    for factor in table:
        coded = pd.get_dummies(table[factor], prefix=factor, prefix_sep=":", dtype=float)
        reference = (references or {}).get(str(factor))
        parts.append(coded.drop(columns=f"{factor}:{reference}" if reference else coded.columns[0]))
    return pd.concat(parts, axis=1)


def rank_and_width(table: pd.DataFrame) -> tuple[int, int]:
    design = np.column_stack([np.ones(len(table)), dummies(table)])
    return int(np.linalg.matrix_rank(design)), design.shape[1]


def cramers_v(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Plain Cramér's V of every pair of factors, without bias correction."""
    return {
        (a, b): float(association(pd.crosstab(table[a], table[b]), method="cramer"))
        for a, b in itertools.combinations(table.columns, 2)
    }


def variance_inflation(coded: pd.DataFrame) -> dict[str, float]:
    """VIF of each dummy: the diagonal of the inverse of their correlation matrix."""
    correlations = np.corrcoef(coded.to_numpy(), rowvar=False)
    return dict(zip(coded.columns, np.diag(np.linalg.inv(correlations)), strict=True))


def generalized_inflation(table: pd.DataFrame) -> dict[str, float]:
    """GVIF^(1/(2 df)) of each factor (Fox and Monette 1992), to be compared with sqrt(VIF)."""
    coded = dummies(table)
    correlations = np.corrcoef(coded.to_numpy(), rowvar=False)
    whole, found = np.linalg.det(correlations), {}
    for factor in table.columns:
        own = np.array([name.startswith(f"{factor}:") for name in coded.columns])
        inside = np.linalg.det(correlations[np.ix_(own, own)])
        outside = np.linalg.det(correlations[np.ix_(~own, ~own)])
        found[factor] = (inside * outside / whole) ** (1 / (2 * own.sum()))
    return found


def every_reference(table: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Every way of choosing one reference level a factor."""
    levels = [sorted(set(table[factor])) for factor in table]
    for chosen in itertools.product(*levels):
        yield dict(zip(table.columns, chosen, strict=True))


def test_there_are_twenty_four(people: dict[str, Persona]) -> None:
    assert len(people) == 24


def test_the_additive_design_has_full_rank(table: pd.DataFrame) -> None:
    assert rank_and_width(table) == (13, 13)


def test_no_two_analysis_factors_go_together(table: pd.DataFrame) -> None:
    assert {pair: v for pair, v in cramers_v(table).items() if v > MAX_V} == {}


def test_no_factor_inflates_another_whatever_the_reference_level(table: pd.DataFrame) -> None:
    for references in every_reference(table):
        found = variance_inflation(dummies(table, references))
        assert {name: vif for name, vif in found.items() if vif > MAX_VIF} == {}, references
    assert max(generalized_inflation(table).values()) <= sqrt(MAX_VIF)


def test_each_level_has_enough_personas(table: pd.DataFrame) -> None:
    counts = {f"{f}:{level}": n for f in table for level, n in table[f].value_counts().items()}
    assert {level: n for level, n in counts.items() if n < MIN_PERSONAS} == {}
    assert len(counts) == 18


def test_a_factor_that_follows_another_would_be_noticed(table: pd.DataFrame) -> None:
    tied = table.assign(caring_duties=table["disability"])
    assert rank_and_width(tied) == (12, 13)
    assert cramers_v(tied)["disability", "caring_duties"] == pytest.approx(1)
    one_off = table["disability"].eq("disabled")
    one_off.iloc[0] = not one_off.iloc[0]
    nearly = table.assign(caring_duties=one_off.map({True: "carer", False: "none"}))
    assert rank_and_width(nearly) == (13, 13)
    assert max(variance_inflation(dummies(nearly)).values()) > MAX_VIF
    assert max(generalized_inflation(nearly).values()) > sqrt(MAX_VIF)


# --- the people -------------------------------------------------------------------------------


def test_they_come_from_many_places(people: dict[str, Persona]) -> None:
    assert len({person.cues.locale for person in people.values()}) >= 10


def test_described_factors_vary_too(people: dict[str, Persona]) -> None:
    for factor in ("job_level", "socioeconomic_background"):
        counts = pd.Series([person.factors[factor] for person in people.values()]).value_counts()
        assert set(counts.index) == set(FACTORS[factor].values or ())
        assert counts.min() >= MIN_PERSONAS


def test_an_impairment_is_named_exactly_where_there_is_a_disability(
    people: dict[str, Persona],
) -> None:
    for name, person in people.items():
        disabled = person.factors["disability"] == "disabled"
        assert ("impairment" in person.factors) == disabled, name


def test_identity_is_said_in_the_first_person(people: dict[str, Persona]) -> None:
    silent = [name for name, p in people.items() if not FIRST_PERSON.search(p.cues.identity)]
    assert silent == []


def test_backgrounds_have_three_to_six_sentences(people: dict[str, Persona]) -> None:
    lengths = {name: len(SENTENCE_END.findall(p.background)) for name, p in people.items()}
    assert {name: n for name, n in lengths.items() if not 3 <= n <= 6} == {}


def name_words(person: Persona) -> set[str]:
    return set(NAME_WORD.findall(person.cues.name))


def test_nobody_is_named_in_the_file_of_another(people: dict[str, Persona]) -> None:
    for a, b in itertools.permutations(people, 2):
        said = {word for text in texts(people[b]).values() for word in NAME_WORD.findall(text)}
        assert name_words(people[a]).isdisjoint(said | name_words(people[b])), (a, b)


def test_the_example_in_the_readme_is_a_valid_persona(tmp_path: Path) -> None:
    readme = (ROOT / "personas" / "README.md").read_text(encoding="utf-8")
    example = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    for folder in ("people", "scenarios", "studies"):
        (tmp_path / "personas" / folder).mkdir(parents=True)
    (tmp_path / "personas" / "people" / "ines-duarte.yaml").write_text(example[0], encoding="utf-8")
    assert Workspace(tmp_path).persona("ines-duarte").cues.locale == "pt-PT"
    assert Workspace(tmp_path).check().personas == 1


# --- written, not templated -------------------------------------------------------------------


def texts(person: Persona) -> dict[str, str]:
    """What the file says in its own words, by field."""
    return {
        "title": person.title,
        "identity": person.cues.identity,
        "style": person.voice.style,
        "samples": "\n".join(person.voice.samples),
        "background": person.background,
        "goals": "\n".join(person.goals),
        "would_notice": "\n".join(person.would_notice),
    }


def openings(text: str) -> str:
    return " ".join(text.lower().split()[:3])


def likeness(a: Mapping[str, str], b: Mapping[str, str]) -> list[str]:
    """Say in which ways two personas look made from one mold; empty when in none."""
    found = [f"sentence: {sentence}" for sentence in shared_sentences(a, b, min_words=5)]
    found += [f"words: {run}" for run in shared_ngrams(a, b, n=6)]
    # A title is too short to have a skeleton of its own.
    for field in a.keys() - {"title"}:
        if skeleton_similarity(a[field], b[field], n=5) > MAX_SKELETON:
            found.append(f"skeleton: {field}")
        if shingle_similarity(a[field], b[field], n=3) > MAX_SHINGLES:
            found.append(f"shingles: {field}")
        if openings(a[field]) == openings(b[field]):
            found.append(f"opening: {field}")
    return sorted(found)


def test_no_two_personas_share_a_sentence_or_a_skeleton(people: dict[str, Persona]) -> None:
    written = {name: texts(person) for name, person in people.items()}
    for a, b in itertools.combinations(written, 2):
        assert likeness(written[a], written[b]) == [], (a, b)


TEMPLATE = (
    "After {0} years as a {1}, {2} moved to {3} and has been with the {4} ever since. "
    "What {2} likes most about it is the {5}, and what {2} likes least is the {6}. "
    "On weekends there is always some {7} to be done, and never enough {8} to do it in."
)
ONE = ("nine", "welder", "Ilse", "Ghent", "shipyard", "quiet", "paperwork", "gardening", "light")
OTHER = ("four", "nurse", "Tomás", "Quito", "clinic", "laughter", "rota", "cycling", "patience")
SWAPS = {
    "caravan factory": "cannery",
    "midwife": "surveyor",
    "school gates": "choir rehearsals",
    "seizure": "nosebleed",
    "laptops": "printers",
    "Tenants": "Pensioners",
}


def test_two_backgrounds_from_one_template_are_caught_by_their_skeleton() -> None:
    a, b = ({"background": TEMPLATE.format(*filling)} for filling in (ONE, OTHER))
    assert "skeleton: background" in likeness(a, b)
    assert shared_sentences(a, b) == []


def test_a_persona_with_only_its_content_swapped_is_caught(people: dict[str, Persona]) -> None:
    original = people["lee-ramsden"].background
    swapped = original
    for old, new in SWAPS.items():
        assert old in swapped
        swapped = swapped.replace(old, new)
    found = likeness({"background": original}, {"background": swapped})
    assert {"skeleton: background", "shingles: background"} <= set(found)
