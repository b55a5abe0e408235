"""Where answers part, what does not take part keeps its estimate: that of the rows left."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from comparisons import judged

from toolkit.analysis import ordinal
from toolkit.analysis.mixed import Fit, fit, marginal

ARMS = ["ref", "a", "b", "c"]
BOTH = ["rater", "scenario"]
VARYING = [*BOTH, "scenario:arm"]
HIGHEST = {"binomial": 1, "cumulative": 5}
LOWEST = {"binomial": 0, "cumulative": 1}


class Parted(NamedTuple):
    why: str
    family: str
    ends: dict[str, str]
    """Arm to the end at which all its answers lie."""
    groups: list[str] = BOTH
    raters: int = 8
    scenarios: int = 6
    seed: int = 0


CASES = [
    Parted("one arm always yes", "binomial", {"a": "high"}),
    Parted("one arm always no", "binomial", {"b": "low"}),
    Parted("two arms to one side", "binomial", {"a": "high", "b": "high"}, ["rater"], 3, 8, 1),
    Parted("two arms to two sides", "binomial", {"a": "high", "b": "low"}, BOTH, 3, 8, 13),
    Parted("no random factor", "binomial", {"a": "high", "b": "low"}, []),
    Parted("three raters", "binomial", {"c": "low"}, ["rater"], 3, 8, 7),
    Parted("effects that vary by scenario", "binomial", {"c": "high"}, VARYING, 20, 2, 11),
    Parted("highest answer", "cumulative", {"a": "high"}),
    Parted("lowest answer", "cumulative", {"a": "low"}, VARYING),
    Parted("both ends", "cumulative", {"a": "low", "b": "high"}, [], 20, 8, 7),
    Parted("both ends by raters", "cumulative", {"a": "low", "c": "high"}, ["rater"], 6, 4),
    Parted("two arms at the top", "cumulative", {"a": "high", "b": "high"}, [], 20, 8, 5),
]


def world(case: Parted) -> pd.DataFrame:
    draw = np.random.default_rng(case.seed)
    grid = pd.MultiIndex.from_product(
        [range(case.raters), range(case.scenarios), range(len(ARMS)), range(2)],
        names=["rater", "scenario", "at", "again"],
    )
    rows = grid.to_frame(index=False)
    eta = draw.normal(size=case.raters)[rows["rater"]]
    eta = eta + 0.7 * draw.normal(size=case.scenarios)[rows["scenario"]]
    eta = eta + draw.logistic(size=len(rows))
    rows["y"] = (eta > 0) * 1 if case.family == "binomial" else np.digitize(eta, [-2, -1, 1, 2]) + 1
    rows["arm"] = pd.Categorical.from_codes(rows["at"], ARMS)
    for arm, end in case.ends.items():
        rows.loc[rows["arm"].eq(arm), "y"] = {"high": HIGHEST, "low": LOWEST}[end][case.family]
    return rows


def fitted(rows: pd.DataFrame, case: Parted) -> Fit:
    return fit(rows, "y ~ arm", case.groups, family=case.family)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=[one.why for one in CASES])
def test_parted_arms_void_nothing_but_themselves(case: Parted) -> None:
    rows = world(case)
    found = fitted(rows, case)
    table = found.coefficients.set_index("name")
    left = fitted(rows[~rows["arm"].isin(list(case.ends))], case)
    assert found.converged
    gone = {name: {"high": np.inf, "low": -np.inf}[end] for name, end in case.ends.items()}
    for arm, end in gone.items():
        assert table.loc[f"arm[T.{arm}]", "estimate"] == end
        assert not table.loc[f"arm[T.{arm}]", "estimable"]
        assert f"arm[T.{arm}]" in found.notes[0]
    for kept in left.coefficients.itertuples():
        assert table.loc[kept.name, "estimate"] == pytest.approx(kept.estimate, abs=2e-5)
        assert table.loc[kept.name, "se"] == pytest.approx(kept.se, rel=2e-4)
    assert found.loglik == pytest.approx(left.loglik, abs=1e-6)
    assert found.sds.to_list() == pytest.approx(left.sds.to_list(), abs=1e-4)
    other = next(arm for arm in ARMS[1:] if arm not in case.ends)
    assert marginal(found, "arm", other, "ref").change is not None


def test_a_cell_of_an_interaction_that_parts_leaves_the_main_effects() -> None:
    case = Parted("interaction", "binomial", {}, ["rater"], 3, 8, 3)
    rows = world(case)
    rows["g"] = np.where((rows["scenario"] + rows["again"]) % 2, "m", "n")
    rows.loc[rows["arm"].eq("a") & rows["g"].eq("n"), "y"] = 1
    found = fit(rows, "y ~ arm * g", ["rater"], family="binomial").coefficients.set_index("name")
    known = found[found["estimable"]]
    assert list(found.index[~found["estimable"]]) == ["arm[T.a]:g[T.n]"]
    assert np.isfinite(known[["estimate", "se", "low", "high", "p"]].to_numpy()).all()


def test_a_number_that_parts_completely_says_which_way() -> None:
    rows = world(Parted("number", "binomial", {}, [], 6, 4))
    rows["x"] = np.random.default_rng(1).normal(size=len(rows)).round(2) + 0.005
    found = fit(rows.assign(y=(rows["x"] > 0) * 1), "y ~ x", ["rater"], family="binomial")
    assert found.coefficients.set_index("name").loc["x", "estimate"] == np.inf


@pytest.mark.parametrize("scale", ["likert", "binary"])
def test_one_persona_at_the_end_of_the_scale_takes_no_other_with_it(scale: str) -> None:
    family = {"likert": "cumulative", "binary": "binomial"}[scale]
    case = Parted("personas", family, {"a": "high", "b": "low"}, [], 4, 6, 2)
    rows = world(case)
    names = {"ref": "ada", "a": "ben", "b": "cleo", "c": "dov"}
    made = pd.DataFrame(
        {
            "value": rows["y"].astype(float),
            "rater": "r" + rows["rater"].astype("str"),
            "scenario": "s" + rows["scenario"].astype("str"),
            "contrast": "c" + rows["scenario"].astype("str"),
            "arm": np.where(rows["arm"].eq("ref"), "reference", "swap"),
            "persona": rows["arm"].astype("str").map(names),
        }
    )
    bounds = (1.0, 5.0) if scale == "likert" else (0.0, 1.0)
    found = ordinal(judged(made, scale=scale, bounds=bounds))  # type: ignore[arg-type]
    verdicts = {one.subject: one.verdict for one in found.findings}
    assert verdicts == {"ben": "not estimable", "cleo": "not estimable", "dov": "estimated"}
