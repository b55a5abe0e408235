"""Coefficients of agreement against R, published values, and arithmetic worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.analysis.findings import mean_over_raters
from toolkit.analysis.reliability import (
    Coefficient,
    Components,
    ItemsByRaters,
    Level,
    cohen_kappa,
    components,
    drift,
    fleiss_kappa,
    gwet_ac1,
    icc,
    items_by_raters,
    krippendorff_alpha,
)

FOLDER = Path(__file__).parents[1] / "reference" / "agreement"
SETS = ("published", "sparse", "full", "rare")
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")


@pytest.fixture(scope="module")
def expected() -> "pd.Series[float]":
    """Data set and name to R's number."""
    return pd.read_csv(FOLDER / "expected.csv").set_index(["data", "name"])["value"]


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")


def arranged(name: str) -> ItemsByRaters:
    return items_by_raters(read(name))


def value_of(one: Coefficient) -> float:
    assert one.estimate is not None, one.says
    return one.estimate.value


def table(*rows: tuple[float | None, ...]) -> pd.DataFrame:
    """One row a rater, one column an item, None where the rater did not rate."""
    return pd.DataFrame(
        [
            {"item": item, "rater": rater, "value": value}
            for rater, given in enumerate(rows)
            for item, value in enumerate(given)
            if value is not None
        ]
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SETS)
def test_alpha_is_that_of_the_coincidence_matrix(
    name: str, level: Level, expected: "pd.Series[float]"
) -> None:
    found = krippendorff_alpha(arranged(name), level=level, seed=1, draws=20)

    assert value_of(found) == pytest.approx(expected[name, f"alpha.{level}"], abs=1e-10)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_published_table_is_as_published(level: Level, published: float) -> None:
    found = krippendorff_alpha(arranged("published"), level=level, seed=1, draws=20)

    assert round(value_of(found), 3) == published
    # Item 12 was judged by one observer alone and says nothing.
    assert (found.items, found.raters, found.ratings) == (11, 4, 40)


def test_alpha_of_two_raters_worked_by_hand() -> None:
    # Items (1,1) (1,2) (2,2) (3,3): o_11 = 2, o_12 = o_21 = 1, o_22 = 2, o_33 = 2, so n = 3, 3, 2.
    # Nominal: D_o = 2/8, D_e = (64 - 9 - 9 - 4) / (8 * 7) = 42/56, alpha = 1 - 14/42 = 2/3.
    # Interval: sum o d = 2; sum n_c n_k d = 2 * (9 + 6 * 4 + 6) = 78; 1 - 7 * 2 / 78 = 32/39.
    # Ordinal mid-ranks 1.5, 4.5, 7: sum o d = 2 * 9; sum n_c n_k d = 2 * (9 * 9 + 6 * 30.25 +
    # 6 * 6.25) = 600; 1 - 7 * 18 / 600 = 0.79.
    items = items_by_raters(table((1, 1, 2, 3), (1, 2, 2, 3)))

    found = [value_of(krippendorff_alpha(items, level=level, seed=1, draws=20)) for level in LEVELS]

    assert found == pytest.approx([2 / 3, 0.79, 32 / 39])


def test_the_interval_of_alpha_follows_the_seed_and_holds_the_estimate() -> None:
    sparse = arranged("sparse")

    one, same, other = (krippendorff_alpha(sparse, level="ordinal", seed=s) for s in (1, 1, 2))

    assert one.estimate == same.estimate != other.estimate
    assert one.estimate is not None
    assert one.estimate.low < one.estimate.value < one.estimate.high


@pytest.mark.parametrize("level", LEVELS)
def test_the_interval_of_alpha_is_that_of_resampled_items(level: Level) -> None:
    sparse = read("sparse")
    shared = sparse[sparse.groupby("item")["rater"].transform("size") >= 2]
    items, names = pd.factorize(shared["item"], sort=True)
    rng, drawn = np.random.default_rng(7), []
    for _ in range(40):
        took = rng.multinomial(len(names), np.full(len(names), 1 / len(names)))
        again = [
            shared[items == item].assign(item=f"{item} {copy}")
            for item, copies in enumerate(took)
            for copy in range(copies)
        ]
        resampled = krippendorff_alpha(
            items_by_raters(pd.concat(again)), level=level, seed=0, draws=2
        )
        drawn.append(value_of(resampled))

    found = krippendorff_alpha(arranged("sparse"), level=level, seed=7, draws=40)

    assert found.estimate is not None
    ends = found.estimate.low, found.estimate.high
    assert ends == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-12)


@pytest.mark.parametrize("name", SETS)
def test_ac1_and_fleiss_kappa_are_those_of_r(name: str, expected: "pd.Series[float]") -> None:
    for key, found in (("ac1", gwet_ac1(arranged(name))), ("fleiss", fleiss_kappa(arranged(name)))):
        assert value_of(found) == pytest.approx(expected[name, key], abs=1e-10)
        assert found.se == pytest.approx(expected[name, f"{key}.se"], abs=1e-10)


def test_cohens_kappa_is_that_of_psych(expected: "pd.Series[float]") -> None:
    found = cohen_kappa(arranged("rare"))

    assert value_of(found) == pytest.approx(expected["rare", "cohen"], abs=1e-10)
    assert found.se == pytest.approx(expected["rare", "cohen.se"], abs=1e-8)


def test_a_rare_flag_worked_by_hand() -> None:
    # 118 items unflagged by both, 5 by each alone, 0 by both ... of 2 x 2: 118, 5, 2, 0 of 125.
    # p_a = 118/125 = .944. Shares flagged: 5/125 and 2/125, mean 7/250 = .028.
    # Cohen: p_e = (120/125)(123/125) + (5/125)(2/125) = (14760 + 10) / 15625 = .94528;
    # kappa = (.944 - .94528) / (1 - .94528) = -.0233918...
    # AC1: p_e = 2 * .028 * .972 = .054432; (.944 - .054432) / .945568 = .940776...
    # Fleiss: p_e = .972^2 + .028^2 = .945568; (.944 - .945568) / .054432 = -.0288065...
    first = (*[0.0] * 118, *[1.0] * 5, *[0.0] * 2)
    second = (*[0.0] * 118, *[0.0] * 5, *[1.0] * 2)
    items = items_by_raters(table(first, second))

    found = [value_of(one(items)) for one in (cohen_kappa, gwet_ac1, fleiss_kappa)]

    assert found == pytest.approx(
        [-0.00128 / 0.05472, 0.889568 / 0.945568, -0.001568 / 0.054432], abs=1e-12
    )


def test_fleiss_kappa_of_three_raters_worked_by_hand() -> None:
    # Counts (3,0) (2,1) (0,3): p_a = (1 + 1/3 + 1) / 3 = 7/9; shares 5/9 and 4/9;
    # p_e = 41/81; (63/81 - 41/81) / (40/81) = 22/40.
    items = items_by_raters(table((0, 0, 1), (0, 0, 1), (0, 1, 1)))

    assert value_of(fleiss_kappa(items)) == pytest.approx(0.55)


def test_icc_of_a_complete_table_is_that_of_psych(expected: "pd.Series[float]") -> None:
    full = arranged("full")

    for key, found in zip(("icc21", "icc2k"), icc(full, components(full)), strict=True):
        assert found.estimate is not None
        ends = [found.estimate.value, found.estimate.low, found.estimate.high]
        names = [key, f"{key}.low", f"{key}.high"]
        assert ends == pytest.approx([expected["full", one] for one in names], abs=1e-6)


def test_icc_of_the_table_of_shrout_and_fleiss_is_as_published() -> None:
    four = items_by_raters(
        table((9, 6, 8, 7, 10, 6), (2, 1, 4, 1, 5, 2), (5, 3, 6, 2, 6, 4), (8, 2, 8, 6, 9, 7))
    )

    single, average = icc(four, components(four))

    assert (round(value_of(single), 2), round(value_of(average), 2)) == (0.29, 0.62)


def test_variances_and_icc_of_an_incomplete_table_are_those_of_r(
    expected: "pd.Series[float]",
) -> None:
    items = arranged("sparse")

    parts = components(items)

    assert isinstance(parts, Components)
    found = [parts.item, parts.rater, parts.rest]
    names = ["variance.item", "variance.rater", "variance.rest"]
    assert found == pytest.approx([expected["sparse", one] for one in names], rel=1e-5)
    single, _ = icc(items, parts)
    assert single.estimate is not None
    ends = [single.estimate.value, single.estimate.low, single.estimate.high, single.se]
    names = ["icc21", "icc21.low", "icc21.high", "icc21.se"]
    assert ends == pytest.approx([expected["sparse", one] for one in names], abs=1e-5)


def test_severity_is_the_shrunken_effect_of_r_with_its_sign_turned(
    expected: "pd.Series[float]",
) -> None:
    parts = components(arranged("sparse"))

    assert isinstance(parts, Components)
    table = parts.severity.set_index("rater")
    wanted = [expected["sparse", f"severity.{rater}"] for rater in table.index]
    assert table["severity"].to_numpy() == pytest.approx(wanted, abs=1e-5)
    half = 1.959963984540054 * expected["sparse", "severity.sd.1"]
    one = table.loc["1"]
    assert one["high"] - one["severity"] == pytest.approx(half, rel=1e-5)
    assert one["severity"] - one["low"] == pytest.approx(half, rel=1e-5)


def test_drift_is_the_slope_of_r_clustered_by_rater(expected: "pd.Series[float]") -> None:
    names = {"rater": "participant_id", "contrast": "contrast_id", "persona": "persona_id"}

    found = drift(read("sitting").rename(columns=names)).slope

    assert found is not None
    assert found.value == pytest.approx(expected["sitting", "drift"], abs=1e-9)
    assert found.se == pytest.approx(expected["sitting", "drift.se"], abs=1e-9)
    assert found.df == 17


def test_the_error_of_a_mean_is_clustered_by_rater(expected: "pd.Series[float]") -> None:
    sitting = read("sitting")

    found = mean_over_raters(sitting["value"].to_numpy(), sitting["rater"].to_numpy())

    assert found is not None
    assert found.se == pytest.approx(expected["sitting", "mean.se"], abs=1e-12)
