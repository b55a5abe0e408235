"""What no analysis may ever say, however it is asked."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analysis import crossed_factors, reply_texts
from analysis import judged as by_hand
from analysis.comparisons import EVERYBODY, complete, judged
from analysis.degenerate_worlds import findings_in, pairs, ratings, yes_no
from analysis.spoken_words import replies as word_replies
from analysis.spoken_words import spoken

import toolkit.analysis
from toolkit.analysis import (
    Estimate,
    Finding,
    Observations,
    blinding,
    disparity,
    evidence,
    interim,
    movement,
    persona_ratings,
    preference,
    rates,
    reliability,
    scenario_map,
    waves,
    words,
)
from toolkit.analysis.findings import Counts
from toolkit.analysis.intersection import intersections
from toolkit.design import PRIVACY_MINIMUM
from toolkit.errors import AnalysisError

R = ratings(scenarios=5, raters=6, arms=("ben", "cleo"))
ORDER = [f"r{number}" for number in range(6)]
FACTORS = ["gender", "region"]
Analysis = Callable[[Observations], Any]

ON_RATINGS: dict[str, Analysis] = {
    "disparity": disparity,
    "grand mean": lambda seen: disparity(seen, compare_with="grand_mean"),
    "waves": lambda seen: waves(seen, seen),
    "interim": lambda seen: interim(seen, "ben", over="raters", order=ORDER),
}
ON_YES_NO: dict[str, Analysis] = {"rates": rates}
ON_PAIRS: dict[str, Analysis] = {"preference": preference, "pairs": disparity}


def worlds(rows: pd.DataFrame) -> list[tuple[str, Analysis, Observations]]:
    """Every analysis of observations, with rows made into what it takes."""
    return [
        *((name, run, judged(rows)) for name, run in ON_RATINGS.items()),
        *((name, run, yes_no(rows)) for name, run in ON_YES_NO.items()),
        *((name, run, pairs(rows)) for name, run in ON_PAIRS.items()),
    ]


def strata(rows: pd.DataFrame) -> Any:
    return intersections(crossed_factors.observed(rows), FACTORS, draws=4)


# An explore row in a test


@pytest.mark.parametrize("number", range(7))
def test_an_explore_row_reaches_no_test(number: int) -> None:
    rows = R.assign(stage=np.where(R.index == 7, "explore", "confirm"))
    _, run, seen = worlds(rows)[number]
    with pytest.raises(AnalysisError, match="explore"):
        run(seen)


@pytest.mark.parametrize(
    "run",
    [
        lambda: words(
            word_replies(spoken(0.1, 6), spoken(0.1, 6), stage="explore"),
            mask=[],
            seed=1,
        ),
        lambda: movement(reply_texts.replies(stage="explore")),
        lambda: reliability(
            by_hand.frames([{"stage": "explore"}] * 4), "helpful", seed=1, draws=100
        ),
        lambda: preference(by_hand.frames(choices=[{"stage": "explore"}] * 4)),
        lambda: blinding(by_hand.frames(guesses=[{"stage": "explore", "state": "right"}] * 4)),
        lambda: intersections(
            judged(R.assign(stage="explore"), people=_two_factors()), FACTORS, draws=4
        ),
        lambda: persona_ratings(judged(R.assign(stage="explore"))),
    ],
    ids=["words", "movement", "reliability", "pairs", "blinding", "intersections", "figure"],
)
def test_explore_frames_reach_no_test(run: Callable[[], Any]) -> None:
    with pytest.raises(AnalysisError, match="explore"):
        run()


def _two_factors() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gender": ["man", "woman"] * 3 + ["man"],
            "region": ["north", "south", "south"] * 2 + ["a"],
        },
        index=pd.Index(EVERYBODY, name="persona"),
    )


def test_a_finding_of_stage_explore_holds_no_p() -> None:
    with pytest.raises(ValueError, match="got a p of stage explore; wanted stage confirm"):
        bare(stage="explore", p=0.5, n=Counts(scenarios=4))


# A p-value from one scenario


@pytest.mark.parametrize("number", range(7))
def test_one_scenario_gives_no_p_value(number: int) -> None:
    rows = complete(np.array([[1.0, -1.0]]), raters=6, arms=("ben", "cleo"))
    rows = pd.concat([rows, rows.assign(contrast="c-more", value=rows["value"] * 0.8 + 0.7)])
    name, run, seen = worlds(rows.reset_index(drop=True))[number]
    made = run(seen)
    for one in findings_in(made):
        assert (one.p, one.p_adjusted, dict(one.tests)) == (None, None, {}), one.subject
        assert one.speaks_of == "these situations"
        assert one.verdict in ("inconclusive", "not estimable", "estimated")


def test_a_finding_from_one_scenario_holds_no_p() -> None:
    for held in ({"p": 0.5}, {"p_adjusted": 0.5}, {"tests": {"sign flip": 0.5}}):
        with pytest.raises(ValueError, match="got a p from 1 scenarios; wanted 3 or more"):
            bare(n=Counts(scenarios=1), **held)


# An equivalence without a margin


@pytest.mark.parametrize("number", range(7))
def test_nothing_is_equivalent_without_a_margin(number: int) -> None:
    rows = complete(np.zeros((12, 2)), raters=12, arms=("ben", "cleo"))
    rows["value"] = 3 + (rows["value"] - 3) / 50
    name, run, seen = worlds(rows)[number]
    if name == "interim":
        return
    for one in findings_in(run(seen)):
        assert one.verdict not in ("equivalent", "real but negligible"), one.subject


def test_a_finding_that_is_equivalent_has_its_margin() -> None:
    for verdict in ("equivalent", "real but negligible"):
        with pytest.raises(ValueError, match="got an equivalence without a margin; wanted one"):
            bare(verdict=verdict)
        assert bare(verdict=verdict, margin=0.5).margin == 0.5


# A number without its interval, and NaN


def test_no_ratio_comes_without_its_interval() -> None:
    draw = np.random.default_rng(5)
    for chance in (0.0, 0.03, 0.5, 0.97, 1.0):
        rows = R.assign(value=(draw.random(len(R)) < chance) * 1.0)
        table = rates(judged(rows, scale="binary", bounds=(0.0, 1.0))).ratios
        numbers = table[["ratio", "low", "high"]].astype("float64")
        assert (numbers.isna().all(axis=1) | numbers.notna().all(axis=1)).all()
        assert (numbers["ratio"].notna() | table["says"].str.len().gt(0)).all()
        assert (numbers["low"].isna() | (numbers["low"] <= numbers["ratio"])).all()


def test_an_estimate_cannot_be_made_without_its_interval() -> None:
    with pytest.raises(TypeError):
        Estimate(value=1.0)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "held",
    [
        {"estimate": Estimate(value=1.0, low=float("nan"), high=2.0)},
        {"se": float("nan")},
        {"spread": Estimate(value=1.0, low=float("nan"), high=2.0)},
        {"margin": float("nan")},
        {"tests": {"sign flip": float("nan")}},
        {"beside": {"odds": Estimate(value=float("nan"), low=0.0, high=1.0)}},
        {"null_arms": {"resample": Estimate(value=0.0, low=0.0, high=float("nan"))}},
        {"without_one_rater": (float("nan"), 1.0)},
    ],
    ids=lambda held: next(iter(held)),
)
def test_a_finding_holds_no_nan(held: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="got NaN; wanted a number, or None and a caveat"):
        bare(n=Counts(scenarios=4), **held)


def test_findings_are_json_without_nan_and_infinite_numbers_are_texts() -> None:
    endless = Estimate(value=2.0, low=0.0, high=float("inf"))
    text = json.dumps(bare(estimate=endless).content(), allow_nan=False)
    assert json.loads(text)["estimate"]["high"] == "infinite"


def bare(**changed: Any) -> Finding:
    fields: dict[str, Any] = {
        "question": "disparity",
        "outcome": "respect",
        "subject": "ben",
        "estimand": "a difference",
        "about": "these personas",
        "speaks_of": "these situations",
        "stage": "confirm",
        "verdict": "inconclusive",
        "estimate": Estimate(value=0.0, low=-1.0, high=1.0),
    }
    return Finding(**{**fields, **changed})


# Cells under the privacy minimum


def few_raters() -> Observations:
    """Enough raters in s0, one too few elsewhere."""
    rows = ratings(scenarios=4, raters=PRIVACY_MINIMUM, arms=("ben",))
    return judged(rows[rows["scenario"].eq("s0") | rows["rater"].ne("r0")].reset_index(drop=True))


def test_a_situation_with_few_raters_is_in_no_table_and_no_figure() -> None:
    found = disparity(few_raters())
    cells = found.by_scenario.set_index("scenario")
    assert list(cells["suppressed"]) == [False, True, True, True]
    numbers = ["effect", "low", "high", "shrunken", "shrunken_low", "shrunken_high"]
    assert cells.loc[["s1", "s2", "s3"], numbers].isna().all(axis=None)
    figure = scenario_map(found)
    assert list(figure.numbers["scenario"]) == ["s0"]


def test_a_combination_that_few_raters_saw_is_not_shown() -> None:
    rows = crossed_factors.made_up(raters=PRIVACY_MINIMUM)
    hidden = rows["gender"].eq("other") & rows["region"].eq("north")
    found = strata(rows[~(hidden & rows["rater"].eq(0))])
    table = found.table.set_index("stratum")
    name = "gender: other, region: north"
    assert list(table.index[table["suppressed"]]) == [name]
    assert table.loc[name, ["residual", "low", "high"]].isna().all()
    assert name not in {one.subject for one in found.findings}


def test_groups_of_few_raters_are_not_shown() -> None:
    rows = by_hand.crossed(8, 12, lambda one, item: 1 + (one * 3 + item * item) % 5)
    groups = {f"p-{one:02}": "few" if one < PRIVACY_MINIMUM - 1 else "rest" for one in range(8)}
    table = reliability(
        by_hand.frames(ratings=rows), "helpful", seed=1, draws=50, groups=groups
    ).groups
    assert not table.astype("str").apply(lambda one: one.str.contains("few")).any(axis=None)


def test_a_persona_with_few_raters_is_in_no_distribution() -> None:
    rows = ratings(scenarios=4, raters=PRIVACY_MINIMUM - 1).assign(
        value=lambda one: one["value"].round().clip(1, 5)
    )
    assert persona_ratings(judged(rows)).numbers.empty


def test_rare_words_are_in_no_table() -> None:
    own = [[f"{'please ' * 9} secret{'' if one else ' password'}"] for one in range(6)]
    base = [["thanks " * 9 + " secret"]] * 6
    made = words(word_replies(own, base), mask=["pat"], seed=1, draws=50)
    assert "password" not in set(made.table["word"])
    assert made.notes[0].startswith("1 words were suppressed")


def test_evidence_names_no_rater() -> None:
    replies = by_hand.frames(by_hand.crossed(3, 4, lambda one, item: 3))
    made = evidence(bare(replies=()), replies)
    assert not [one for one in made.columns if "rater" in one or "participant" in one]


# In general from leads; a factor from few personas; unadjusted among several


@pytest.mark.parametrize("number", range(7))
def test_contrasts_lifted_from_leads_never_speak_in_general(number: int) -> None:
    name, run, seen = worlds(R.assign(origin="lead"))[number]
    made = run(seen)
    assert {one.speaks_of for one in findings_in(made)} <= {"these situations"}
    mixed = worlds(R.assign(origin=np.where(R["scenario"].eq("s0"), "lead", "planned")))[number]
    if name in ("rates", "interim"):
        assert {one.speaks_of for one in findings_in(run(mixed[2]))} <= {"these situations"}


def test_intersections_and_words_of_leads_speak_of_these_situations() -> None:
    seen = crossed_factors.observed(crossed_factors.made_up(scenarios=3))
    seen.frame["origin"] = "lead"
    made: list[Any] = [
        intersections(seen, FACTORS, draws=4),
        words(
            word_replies(spoken(0.1, 6), spoken(0.1, 6), origin="lead"),
            mask=[],
            seed=1,
            draws=50,
        ),
        movement(reply_texts.replies(origin="lead")),
    ]
    for one in made:
        assert {finding.speaks_of for finding in findings_in(one)} == {"these situations"}


@pytest.mark.parametrize("women", [1, 2])
def test_a_factor_needs_three_personas_a_level(women: int) -> None:
    arms = tuple(EVERYBODY[1:])
    people = pd.DataFrame(
        {"gender": ["woman"] * women + ["man"] * (7 - women)},
        index=pd.Index(EVERYBODY, name="persona"),
    )
    seen = judged(complete(np.zeros((6, 6)), raters=5, arms=arms), people=people)
    found = disparity(seen, factors=["gender"])
    claims = [one for one in found.findings if one.subject.startswith("gender")]
    assert {one.about for one in claims} == {"these personas"}
    assert claims[0].caveats == (
        f"gender: woman holds {women} persona{'s' if women > 1 else ''} and a claim about the "
        "factor needs 3 a level: this is about these personas only.",
    )


def test_strata_with_few_personas_are_about_these_personas_and_have_no_p() -> None:
    found = strata(crossed_factors.made_up(personas=2))
    assert {one.about for one in found.findings} == {"these personas"}
    assert {one.verdict for one in found.findings[3:]} <= {"estimated", "not estimable"}
    assert "p" not in found.main_effects


@pytest.mark.parametrize("number", range(7))
def test_whatever_differs_among_several_is_adjusted(number: int) -> None:
    effects = np.random.default_rng(2).normal([0.6, 0.5, 0.4, 0, 0, 0], 0.3, (8, 6))
    rows = complete(effects, raters=6, arms=tuple(EVERYBODY[1:]))
    name, run, seen = worlds(rows)[number]
    if name in ("interim", "waves"):
        return
    made = [one for one in findings_in(run(seen)) if one.subject in EVERYBODY and one.p is not None]
    for one in made:
        assert one.p_adjusted is not None, one.subject
        assert one.p_adjusted >= (one.p or 0) - 1e-12
        assert one.family
        assert one.verdict in ("differs", "real but negligible") or one.p_adjusted > 0.05
        assert one.p_adjusted <= 0.05 or one.verdict == "inconclusive"


def test_several_looks_at_several_claims_are_adjusted() -> None:
    rows = complete(np.full((4, 1), -3.0), raters=6)
    one = interim(judged(rows), "ben", over="raters", order=ORDER, claims=7).finding
    assert one.p is not None
    assert one.p_adjusted == pytest.approx(min(1.0, 7 * one.p))


# Words


def test_no_text_of_the_analysis_says_what_no_analysis_can_know() -> None:
    never = re.compile(r"unbiased|debiased|no bias|\bprove[sdn]?\b|bias[- ]free", re.IGNORECASE)
    folder = Path(toolkit.analysis.__file__).parent
    said = [
        f"{path.relative_to(folder)}: {node.value}"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and never.search(node.value)
    ]
    assert said == []
