"""Cost follows cells: collapsing rows, counting them, and naming levels changes no number."""

import numpy as np
import pandas as pd
import pytest
from analysis.mixed_data import GROUPS, ratings

from toolkit.analysis.frames import named
from toolkit.analysis.mixed import Fit, code, collapse, fit
from toolkit.errors import AnalysisError

FAMILIES = [("gaussian", "number"), ("cumulative", "value"), ("binomial", "high")]
each_family = pytest.mark.parametrize(("family", "response"), FAMILIES)


def same(one: Fit, other: Fit, digits: float = 1e-8) -> None:
    for first, second in (
        (one.coefficients, other.coefficients),
        (one.thresholds, other.thresholds),
    ):
        assert list(first["estimate"]) == pytest.approx(list(second["estimate"]), abs=digits)
        assert list(first["se"]) == pytest.approx(list(second["se"]), rel=1e-6)
    assert list(one.sds) == pytest.approx(list(other.sds), abs=1e-6)
    assert one.loglik == pytest.approx(other.loglik, abs=1e-8 * abs(other.loglik))


@each_family
def test_the_order_of_rows_changes_nothing(family: str, response: str) -> None:
    data = ratings(1)
    shuffled = data.sample(frac=1, random_state=3)
    formula = f"{response} ~ arm * x"
    same(fit(shuffled, formula, GROUPS, family=family), fit(data, formula, GROUPS, family=family))


@each_family
def test_counts_in_a_column_stand_for_rows(family: str, response: str) -> None:
    data = ratings(2)
    data["number"] = data["number"].round(1)
    cells = data.groupby(
        ["rater", "scenario", "arm", response], observed=True, as_index=False
    ).size()
    rows = fit(data, f"{response} ~ arm", GROUPS, family=family)
    counted = fit(cells, f"{response} ~ arm", GROUPS, family=family, weights="size")
    same(counted, rows)
    assert counted.n == rows.n == 400
    assert counted.cells == rows.cells < len(data)


@each_family
def test_a_row_that_stands_for_nothing_is_left_out(family: str, response: str) -> None:
    data = ratings(2).assign(count=1.0)
    ghost = data.iloc[:5].assign(count=[0, np.nan, 0, 0, 0], arm="ref")
    more = pd.concat([data, ghost], ignore_index=True).assign(
        arm=lambda one: one["arm"].astype(pd.CategoricalDtype(["ref", "p 1", "q"]))
    )
    found = fit(more, f"{response} ~ arm", GROUPS, family=family, weights="count")
    same(found, fit(data, f"{response} ~ arm", GROUPS, family=family))
    assert found.dropped == 5


@each_family
def test_names_and_types_of_levels_change_nothing(family: str, response: str) -> None:
    data = ratings(3)
    renamed = data.assign(
        rater=[f"Rater no. {one}: é" for one in data["rater"]],
        scenario=data["scenario"].astype("category"),
        arm=data["arm"].map({"ref": 0, "p 1": 1, "q": 2}).astype("Int64"),
    )
    found = fit(renamed, f"{response} ~ C(arm)", GROUPS, family=family)
    same(found, fit(data, f"{response} ~ arm", GROUPS, family=family))
    assert list(found.coefficients["name"])[-2:] == ["C(arm)[T.1]", "C(arm)[T.2]"]


def test_answers_may_be_numbers_words_or_ordered_categories() -> None:
    data = ratings(4)
    words = ["never", "seldom", "at times", "often", "always"]
    asked = fit(data, "value ~ arm", GROUPS, family="cumulative")
    data["words"] = [words[one - 1] for one in data["value"]]
    data["ordered"] = pd.Categorical(data["words"], categories=words, ordered=True)
    data["float"] = data["value"].astype("float64")
    same(fit(data, "words ~ arm", GROUPS, family="cumulative", levels=words), asked)
    ordered = fit(data, "ordered ~ arm", GROUPS, family="cumulative")
    same(ordered, asked)
    assert ordered.categories == tuple(words)
    assert ordered.thresholds["name"].iloc[1] == "seldom|at times"
    floats = fit(data, "float ~ arm", GROUPS, family="cumulative", levels=[1, 2, 3, 4, 5])
    same(floats, asked)
    assert list(floats.thresholds["name"]) == ["1|2", "2|3", "3|4", "4|5"]


def test_missing_values_leave_a_row_out_and_are_counted() -> None:
    data = ratings(5).astype({"value": "Float64", "rater": "object"})
    data.loc[::10, "value"] = pd.NA
    data.loc[::15, "rater"] = None
    data.loc[7, "arm"] = None
    complete = data.dropna().astype({"value": "int64", "rater": "int64"})
    found = fit(data, "value ~ arm", GROUPS, family="cumulative")
    same(found, fit(complete, "value ~ arm", GROUPS, family="cumulative"))
    assert found.dropped == 400 - len(complete) > 0
    assert found.n == len(complete)


def test_columns_with_spaces_are_named_in_backticks() -> None:
    data = ratings(6).rename(columns={"arm": "the arm", "value": "the value"})
    found = fit(data, "`the value` ~ `the arm`", ["rater", "scenario:the arm"], family="cumulative")
    assert list(found.coefficients["name"]) == ["the arm[T.p 1]", "the arm[T.q]"]
    modes = found.random("scenario:the arm")
    assert list(modes.columns) == ["scenario", "the arm", "mode", "sd"]
    assert len(modes) == found.levels["scenario:the arm"] == 27


def test_a_group_named_twice_counts_once() -> None:
    data = ratings(6)
    found = fit(data, "number ~ arm", ["rater", "rater"])
    assert found.groups == ("rater",)


def test_ten_times_the_rows_are_the_same_cells() -> None:
    data = ratings(7)
    many = pd.concat([data] * 10)
    one, ten = (fit(part, "value ~ arm", GROUPS, family="cumulative") for part in (data, many))
    assert ten.cells == one.cells
    assert ten.n == 4000


def test_cells_are_found_alike_by_table_and_by_sorting() -> None:
    draw = np.random.default_rng(8)
    columns = [pd.Series(draw.integers(0, 40, 500), name=name) for name in "abcd"]
    coded = tuple(code(one) for one in columns)
    assert np.prod([float(len(one.levels)) for one in coded]) > 1 << 21
    sorted_out = collapse(coded, [one.codes for one in coded], 500)
    by_table = collapse(coded[:2], [one.codes for one in coded[:2]], 500)
    for cells, names in ((sorted_out, "abcd"), (by_table, "ab")):
        asked = pd.concat(columns, axis=1)[list(names)].drop_duplicates()
        assert len(cells.codes) == len(asked)
        rebuilt = cells.frame().iloc[cells.of_row].reset_index(drop=True)
        assert (rebuilt == pd.concat(columns, axis=1)[list(names)]).all().all()


def test_more_combinations_than_a_whole_number_can_count_are_still_told_apart() -> None:
    draw = np.random.default_rng(9)
    columns = [pd.Series(draw.permutation(3000), name=f"c{place}") for place in range(7)]
    coded = tuple(code(one) for one in columns)
    cells = collapse(coded, [one.codes for one in coded], 3000)
    assert len(cells.codes) == 3000
    rebuilt = cells.frame().iloc[cells.of_row].reset_index(drop=True)
    assert (rebuilt == pd.concat(columns, axis=1)).all().all()


def test_a_negative_weight_is_refused() -> None:
    data = ratings(1).assign(count=-2)
    with pytest.raises(AnalysisError) as caught:
        fit(data, "number ~ arm", GROUPS, weights="count")
    assert str(caught.value) == (
        "mixed: got -2 in count; wanted for each row how many observations it stands for. "
        "Remove rows with negative weights."
    )


@pytest.mark.parametrize(
    "values",
    [
        ["b", "a", None, "b"],  # texts, one missing
        [2.0, "a", None, 2],  # several types: a whole float goes by the name of its number
        [pd.Timestamp("2026-01-02"), pd.Timestamp("2026-01-01"), None, None],  # times
    ],
)
def test_levels_are_coded_as_observations_are(values: list[object]) -> None:
    column = pd.Series(values, name="x", dtype="object")
    made, common = code(column), named(column)
    assert made.codes.tolist() == common.codes.tolist()
    assert list(made.levels) == list(common.categories)
