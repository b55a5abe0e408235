"""What must not change an answer: order, names, types, levels, times, and the same said twice."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analysis import judged as by_hand
from analysis import spoken_words
from analysis.comparisons import judged
from analysis.mixed_data import ratings as answers
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.analysis import (
    Estimate,
    Finding,
    Observations,
    disparity,
    pairwise,
    pooled,
    preference,
    rates,
    reliability,
    words,
)
from toolkit.analysis.mixed import Fit, fit

OTHERS = ("ben", "cleo", "dov")
SEEDS = st.integers(0, 10_000)
few = settings(max_examples=3, deadline=None, derandomize=True)
Change = Callable[[Observations, int], Observations]


def world(seed: int, scale: str = "likert") -> Observations:
    """An incomplete design: a few raters, situations and personas, and not every rating."""
    draw = np.random.default_rng(seed)
    raters, scenarios = draw.integers(3, 7), draw.integers(3, 6)
    rows = [
        {
            "value": 1.0 + draw.integers(0, 5),
            "rater": f"r{rater}",
            "scenario": f"s{scenario}",
            "contrast": f"c{scenario}-{contrast}",
            "arm": "swap" if persona in OTHERS else persona,
            "persona": persona if persona in OTHERS else "ada",
            "reply": f"u-{scenario}-{contrast}-{persona}-{rater % 2}",
            "position": int(draw.integers(0, 40)),
            "side": float(draw.choice([-1, 1])) if scale == "preference" else 0.0,
        }
        for rater in range(raters)
        for scenario in range(scenarios)
        for contrast in range(2)
        for persona in ("reference", *OTHERS, "resample")
        if draw.random() < 0.85
    ]
    table = pd.DataFrame(rows)
    if scale == "binary":
        table["value"] = (table["value"] > 3) * 1.0
        return judged(table, scale="binary", bounds=(0.0, 1.0))
    if scale == "preference":
        table = table[table["arm"].ne("reference")].reset_index(drop=True)
        table["value"] = np.sign(table["value"] - 3)
        return judged(table, scale="preference", bounds=(-1.0, 1.0))
    return judged(table)


ANALYSES: Mapping[str, tuple[str, Callable[[Observations], Any]]] = {
    "disparity": ("likert", disparity),
    "disparity, grand mean": ("likert", lambda seen: disparity(seen, compare_with="grand_mean")),
    "disparity, one side": (
        "likert",
        lambda seen: disparity(seen, margin=0.5, direction="worse"),
    ),
    "disparity of pairs": ("preference", disparity),
    "pooling": ("likert", pooled),
    "pooling of pairs": ("preference", pooled),
    "persona against persona": ("likert", pairwise),
    "rates": ("binary", rates),
    "preference": ("preference", preference),
}
each_analysis = pytest.mark.parametrize("name", ANALYSES)


# What may be changed


def shuffled(seen: Observations, seed: int) -> Observations:
    return replace(seen, frame=seen.frame.sample(frac=1, random_state=seed, ignore_index=True))


def renamed(seen: Observations, seed: int) -> Observations:
    """Every name is another, and sorts elsewhere; null arms keep theirs."""
    frame = seen.frame.copy()
    draw = np.random.default_rng(seed)
    for column in ("rater", "scenario", "contrast", "reply"):
        names = sorted(set(frame[column].dropna().astype("str")))
        new = {
            name: f"n{place:03}" for name, place in zip(names, draw.permutation(999), strict=False)
        }
        frame[column] = frame[column].astype("str").map(new)
    return judged(frame, scale=seen.scale, bounds=seen.bounds)


def recategorized(seen: Observations, seed: int) -> Observations:
    """Levels in another order, and some that nothing has."""
    frame = seen.frame.copy()
    for column in ("rater", "scenario", "contrast", "persona"):
        text = frame[column].astype("object")
        levels = ["nobody", *sorted(set(text.dropna()), reverse=True), "zz"]
        frame[column] = pd.Categorical(text, categories=levels)
    return replace(seen, frame=frame)


def as_texts(seen: Observations, seed: int) -> Observations:
    names = ("rater", "scenario", "contrast", "persona", "arm", "origin")
    return replace(seen, frame=seen.frame.astype(dict.fromkeys(names, "object")))


def later(seen: Observations, seed: int) -> Observations:
    return replace(seen, frame=seen.frame.assign(position=seen.frame["position"] + 1000 + seed))


def whole_numbers(seen: Observations, seed: int) -> Observations:
    return replace(seen, frame=seen.frame.astype({"value": "int64", "weight": "int64"}))


CHANGES: tuple[Change, ...] = (shuffled, renamed, recategorized, as_texts, later, whole_numbers)


def told(made: Any) -> dict[tuple[str, str], list[Any]]:
    """The numbers of every finding, by question and subject."""
    found = [*made.findings, *getattr(made, "null_arms", ())]
    keyed = [((one.question, one.subject), _numbers(one)) for one in found]
    assert len(dict(keyed)) == len(keyed)
    return dict(keyed)


def _numbers(one: Finding) -> list[Any]:
    ranges = (one.without_one_scenario or (None, None)) + (one.without_one_rater or (None, None))
    beside = [number for name in sorted(one.beside) for number in _ends(one.beside[name])]
    nulls = [number for name in sorted(one.null_arms) for number in _ends(one.null_arms[name])]
    tests = [one.tests[name] for name in sorted(one.tests)]
    known = [
        *_ends(one.estimate),
        one.se,
        one.df,
        one.p,
        one.p_adjusted,
        *_ends(one.spread),
        *ranges,
    ]
    return [*known, *beside, *nulls, *tests]


def _ends(one: Estimate | None) -> list[Any]:
    return [None] * 3 if one is None else [one.value, one.low, one.high]


def same(one: list[Any], other: list[Any], **within: float) -> bool:
    assert [number is None for number in one] == [number is None for number in other]
    known = [number for number in one if number is not None]
    return [number for number in other if number is not None] == pytest.approx(
        known, **(within or {"rel": 1e-6, "abs": 1e-8})
    )


@each_analysis
@few
@given(seed=SEEDS)
def test_order_names_types_and_times_change_nothing(name: str, seed: int) -> None:
    scale, analysis = ANALYSES[name]
    seen = world(seed, scale)
    one = told(analysis(seen))
    for change in CHANGES:
        other = told(analysis(change(seen, seed)))
        assert set(other) == set(one)
        for key, numbers in one.items():
            assert same(numbers, other[key]), (change.__name__, key)


# Which of a pair comes first goes by name.
@pytest.mark.parametrize("name", [one for one in ANALYSES if one != "persona against persona"])
@few
@given(seed=SEEDS)
def test_renamed_personas_are_said_the_same_of(name: str, seed: int) -> None:
    scale, analysis = ANALYSES[name]
    seen = world(seed, scale)
    new = {"ada": "zoe", "ben": "yan", "cleo": "abe", "dov": "mia"}
    frame = seen.frame.assign(persona=seen.frame["persona"].astype("str").map(new))
    other = told(analysis(judged(frame, scale=seen.scale, bounds=seen.bounds)))
    for (question, subject), numbers in told(analysis(seen)).items():
        assert same(numbers, other[question, new.get(subject, subject)]), subject


@each_analysis
@few
@given(seed=SEEDS)
def test_a_weight_is_as_many_rows(name: str, seed: int) -> None:
    scale, analysis = ANALYSES[name]
    seen = world(seed, scale)
    times = np.random.default_rng(seed).integers(1, 4, len(seen.frame))
    weighed = replace(seen, frame=seen.frame.assign(weight=times.astype("float64")))
    rows = seen.frame.loc[np.repeat(seen.frame.index, times)].reset_index(drop=True)
    one, other = told(analysis(weighed)), told(analysis(replace(seen, frame=rows)))
    for key, numbers in one.items():
        assert same(numbers, other[key]), key


@each_analysis
@few
@given(seed=SEEDS)
def test_every_reply_twice_narrows_no_interval(name: str, seed: int) -> None:
    scale, analysis = ANALYSES[name]
    seen = world(seed, scale)
    again = seen.frame.assign(reply=seen.frame["reply"] + "-again")
    doubled = replace(seen, frame=pd.concat([seen.frame, again], ignore_index=True))
    one = {(f.question, f.subject): f for f in analysis(seen).findings}
    two = {(f.question, f.subject): f for f in analysis(doubled).findings}
    for key, finding in one.items():
        assert (two[key].estimate is None) == (finding.estimate is None)
        if finding.estimate is None or finding.subject == "neither acceptable":
            continue
        assert two[key].estimate.value == pytest.approx(finding.estimate.value, abs=1e-9)
        if finding.se is not None:
            assert two[key].se == pytest.approx(finding.se, rel=1e-6)
        assert _width(two[key]) >= _width(finding) * (1 - 1e-6), key


def _width(one: Finding) -> float:
    assert one.estimate is not None
    return one.estimate.high - one.estimate.low


@few
@given(seed=SEEDS)
def test_a_persona_less_another_is_turned_with_the_reference(seed: int) -> None:
    rows = world(seed).frame
    complete = rows.groupby(["rater", "contrast"])["arm"].transform("size")
    rows = rows[complete.gt(0) & rows["arm"].isin(["reference", "swap"])]
    rows = rows[rows["persona"].isin(["ada", "ben"])].astype({"arm": "object"})
    turned = rows.assign(arm=np.where(rows["persona"].eq("ben"), "reference", "swap"))
    (ben,) = disparity(judged(rows)).findings
    (ada,) = disparity(judged(turned)).findings
    assert same(_ends(ada.estimate), [-ends for ends in _turned(ben)])
    assert same([ada.se, ada.df, ada.p], [ben.se, ben.df, ben.p])


def _turned(one: Finding) -> list[float]:
    assert one.estimate is not None
    return [one.estimate.value, one.estimate.high, one.estimate.low]


# Mixed models

FAMILIES = [("gaussian", "number"), ("cumulative", "value"), ("binomial", "high")]
each_family = pytest.mark.parametrize(("family", "response"), FAMILIES)


def fitted(data: pd.DataFrame, family: str, response: str, **more: Any) -> Fit:
    groups = ["rater", "scenario"]
    return fit(data, f"{response} ~ arm + x", groups, family=family, **more)  # type: ignore[arg-type]


@cache
def plain(family: str, response: str) -> Fit:
    return fitted(answers(21), family, response)


def coefficients(found: Fit) -> pd.DataFrame:
    both = pd.concat([found.thresholds, found.coefficients])
    return both.set_index("name")[["estimate", "se", "low", "high", "p"]]


@each_family
@few
@given(seed=SEEDS)
def test_a_model_does_not_know_order_names_or_unused_levels(
    family: str, response: str, seed: int
) -> None:
    data = answers(21).sample(frac=1, random_state=seed)
    data["rater"] = pd.Categorical(
        "who" + ((data["rater"] * 7 + seed) % 12).astype("str"),
        categories=["nobody", *(f"who{one}" for one in range(11, -1, -1))],
    )
    data["scenario"] = data["scenario"].str[::-1]
    again = fitted(data, family, response)
    pd.testing.assert_frame_equal(
        coefficients(again), coefficients(plain(family, response)), rtol=1e-5, atol=1e-6
    )


@each_family
@few
@given(seed=SEEDS)
def test_a_cell_with_a_count_is_as_many_rows_to_a_model(
    family: str, response: str, seed: int
) -> None:
    data = answers(22, rows=200)
    times = np.random.default_rng(seed).integers(1, 4, len(data))
    rows = fitted(data.loc[np.repeat(data.index, times)], family, response)
    cells = fitted(data.assign(n=times), family, response, weights="n")
    pd.testing.assert_frame_equal(coefficients(cells), coefficients(rows), rtol=1e-5, atol=1e-6)


@each_family
def test_contrasts_rotate_with_the_reference_level(family: str, response: str) -> None:
    data = answers(21)
    turned = data.assign(arm=pd.Categorical(data["arm"].astype("str"), ["q", "ref", "p 1"]))
    one = coefficients(plain(family, response))
    other = coefficients(fitted(turned, family, response))
    back = other.loc["arm[T.ref]"]
    forth = one.loc["arm[T.q]"]
    assert back["estimate"] == pytest.approx(-forth["estimate"], abs=1e-6)
    assert [back["se"], back["p"]] == pytest.approx([forth["se"], forth["p"]], abs=1e-6)
    assert [back["low"], back["high"]] == pytest.approx([-forth["high"], -forth["low"]], abs=1e-6)
    assert other.loc["arm[T.p 1]", "estimate"] == pytest.approx(
        one.loc["arm[T.p 1]", "estimate"] - forth["estimate"], abs=1e-6
    )


# Raters and words


@cache
def relied() -> list[list[Any]]:
    return _relied(by_hand.crossed(5, 12, lambda one, item: 1 + (one * 3 + item * item) % 5))


def _relied(rows: list[dict[str, Any]]) -> list[list[Any]]:
    made = reliability(by_hand.frames(ratings=rows), "helpful", seed=3, draws=60)
    table = made.agreement.set_index(["measure", "of"])[["estimate", "items", "raters", "ratings"]]
    found = [_ends(one.estimate) for one in made.findings if not one.subject.startswith("Kripp")]
    return [[*table.to_numpy("float64", na_value=np.nan).ravel()], *found]


@few
@given(seed=SEEDS)
def test_raters_are_relied_on_the_same_in_any_order_and_by_any_name(seed: int) -> None:
    rows = by_hand.crossed(5, 12, lambda one, item: 1 + (one * 3 + item * item) % 5)
    order = np.random.default_rng(seed).permutation(len(rows))
    names = {f"p-{one:02}": f"q-{(one * 2 + seed) % 5}" for one in range(5)}
    turned = [{**rows[at], "participant_id": names[rows[at]["participant_id"]]} for at in order]
    for one, other in zip(relied(), _relied(turned), strict=True):
        assert same(one, other, rel=1e-6, abs=1e-8, nan_ok=True)


@few
@given(seed=SEEDS)
def test_words_do_not_know_order_or_names(seed: int) -> None:
    rows = spoken_words.replies(spoken_words.spoken(0.2, 6), spoken_words.spoken(0.1, 6, seed=2))
    turned = rows.sample(frac=1, random_state=seed).assign(
        persona_id=lambda one: one["persona_id"].map({"p": "x", "ref": "a"}),
        unit_id=lambda one: one["unit_id"] + "-new",
    )
    turned["scenario_id"] = pd.Categorical(
        turned["scenario_id"], categories=["s9", *sorted(set(turned["scenario_id"]), reverse=True)]
    )
    one, other = (
        words(frame, mask=["pat"], seed=4, draws=60).table.drop(columns="subject")
        for frame in (rows, turned)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)
