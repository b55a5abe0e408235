"""Personas among themselves: against mean squares worked by hand, and sums done the long way."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from analysis.comparisons import complete, judged
from scipy import integrate, optimize, stats

from toolkit.analysis import Observations, pooled
from toolkit.analysis.engine import FEWEST_EFFECTS
from toolkit.errors import AnalysisError

ARMS = ("ben", "cleo", "dov", "eve")
EFFECTS = np.random.default_rng(5).normal([0.0, 0.4, -0.6, 0.9], 0.3, size=(5, 4))


def ratings(raters: int = 4) -> pd.DataFrame:
    """Five situations, four personas whose effects vary; every rater rates all."""
    rows = complete(EFFECTS, raters=raters, arms=ARMS)
    lean = np.random.default_rng(6).normal(0, 0.3, size=(raters, len(ARMS)))
    who = rows["rater"].str[1:].astype(int)
    which = rows["persona"].map({one: place for place, one in enumerate(ARMS)})
    own = which.notna()
    rows.loc[own, "value"] += lean[who[own], which[own].astype(int)]
    return rows


def as_pairs() -> tuple[Observations, np.ndarray]:
    """Each value a comparison with the reference, in an array of personas x situations x raters."""
    rows = ratings()
    rows = rows[rows["arm"].eq("swap")].reset_index(drop=True)
    rows["value"] = ((rows["value"] - 4) * 1.2).round().clip(-1, 1)
    table = rows.pivot_table(index="persona", columns=["scenario", "rater"], values="value")
    return (
        judged(rows, scale="preference", bounds=(-1.0, 1.0), outcome="preference"),
        table.to_numpy().reshape(4, 5, 4),
    )


def quasi_f(y: np.ndarray) -> tuple[float, float]:
    """F of personas, and the error of a persona's mean, by mean squares within personas."""
    count, situations, raters = y.shape
    mean = y.mean(axis=(1, 2))
    of_situations = y.mean(axis=2) - mean[:, None]
    of_raters = y.mean(axis=1) - mean[:, None]
    rest = y - mean[:, None, None] - of_situations[:, :, None] - of_raters[:, None, :]
    squares = (
        raters * (of_situations**2).sum() / (count * (situations - 1)),
        situations * (of_raters**2).sum() / (count * (raters - 1)),
        (rest**2).sum() / (count * (situations - 1) * (raters - 1)),
    )
    error = (squares[0] + squares[1] - squares[2]) / (situations * raters)
    return float(mean.var(ddof=1) / error), error


def test_balanced_pairs_give_the_quasi_f_of_mean_squares() -> None:
    observed, y = as_pairs()
    f, error = quasi_f(y)
    made = pooled(observed)
    spread, df = made.findings[0], 3 * 3
    assert list(spread.tests.values()) == pytest.approx([stats.f.sf(f, 3, df)], abs=1e-8)
    assert spread.df == pytest.approx(df)
    assert spread.estimate is not None
    assert spread.estimate.value == pytest.approx(sqrt(error * (f - 1)), abs=1e-8)
    ends = [sqrt(max(error * (f / stats.f.ppf(at, 3, df) - 1), 0)) for at in (0.95, 0.05)]
    assert (spread.estimate.low, spread.estimate.high) == pytest.approx(ends, abs=1e-8)
    assert spread.estimate.level == pytest.approx(0.9)


def test_a_persona_is_drawn_by_the_average_of_all_spreads() -> None:
    observed, y = as_pairs()
    f, error = quasi_f(y)
    made, df = pooled(observed), 9

    def likely(tau: float) -> float:
        added = 1 + tau**2 / error
        return float(added**-1.5 * (1 + 3 * f / added / df) ** (-(df + 3) / 2))

    whole = integrate.quad(likely, 0, np.inf)[0]
    kept = integrate.quad(lambda tau: likely(tau) * (1 - 1 / (1 + tau**2 / error)), 0, np.inf)
    mean = y.mean(axis=(1, 2))
    expected = mean.mean() + kept[0] / whole * (mean - mean.mean())
    assert made.table["alone"].to_list() == pytest.approx(list(mean), abs=1e-8)
    assert made.table["estimate"].to_list() == pytest.approx(list(expected), abs=1e-5)


@pytest.mark.parametrize("lost", [0, 23], ids=["complete", "with holes"])
def test_ratings_give_what_whole_matrices_give(lost: int) -> None:
    rows = ratings()
    drop = np.random.default_rng(2).choice(len(rows), lost, replace=False)
    rows = rows.drop(index=drop).reset_index(drop=True)
    p, tau = by_matrices(rows)
    spread = pooled(judged(rows, scale="number", bounds=(-np.inf, np.inf))).findings[0]
    assert spread.estimate is not None
    assert list(spread.tests.values()) == pytest.approx([p(spread.df)], abs=1e-8)
    assert spread.estimate.value == pytest.approx(tau, abs=1e-6)


def by_matrices(rows: pd.DataFrame):  # type: ignore[no-untyped-def]
    """Henderson's moments and Wald's test with projections written out in full."""
    indicator = {
        name: pd.get_dummies(rows[name]).to_numpy(float)
        for name in ("contrast", "rater", "persona")
    }
    own = rows["arm"].eq("swap").to_numpy(float)
    arms = indicator["persona"][:, 1:]
    fixed = np.hstack([indicator["contrast"], indicator["rater"], arms])
    each = rows.groupby("scenario")["value"].transform("size").to_numpy(float)
    weight = np.diag(len(rows) / 5 / each)
    solved = np.linalg.pinv(fixed.T @ weight @ fixed) @ fixed.T @ weight
    left = weight @ (np.eye(len(rows)) - fixed @ solved)
    parts = [
        own[:, None] * pd.get_dummies(rows["persona"] + rows[name]).to_numpy(float)
        for name in ("scenario", "rater")
    ]
    spread = [part @ part.T for part in parts] + [np.eye(len(rows))]
    forms = [left @ part @ part.T @ left for part in parts] + [left]
    expected = np.array([[np.trace(form @ one) for one in spread] for form in forms])
    y = rows["value"].to_numpy()
    squares = np.array([y @ form @ y for form in forms])
    scale = expected.sum(axis=1)
    found = optimize.nnls(expected / scale[:, None], squares / scale)[0]
    take = np.hstack([np.zeros((4, fixed.shape[1] - 4)), np.eye(4)]) @ solved
    differ = np.array([[1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1]]) @ take
    v = sum(one * differ @ cov @ differ.T for one, cov in zip(found, spread, strict=True))
    d, true = differ @ y, np.eye(3) + 1

    def square(tau: float) -> float:
        return float(d @ np.linalg.solve(v + tau**2 * true, d)) / 3

    tau = optimize.brentq(lambda one: square(one) - 1, 0, 50) if square(0) > 1 else 0.0
    return lambda df: stats.f.sf(square(0), 3, df), tau


def test_whether_personas_vary_and_the_spread_say_the_same() -> None:
    for scale in (0.0, 0.3, 1.0):
        rows = complete(EFFECTS * scale, raters=5, arms=ARMS)
        made = pooled(judged(rows, scale="number", bounds=(-np.inf, np.inf)))
        spread = made.findings[0]
        assert spread.estimate is not None
        (p,) = spread.tests.values()
        assert (p <= 0.05) == (spread.estimate.low > 0) == made.says.startswith("Personas vary:")


def test_a_persona_with_little_is_named_and_voids_nothing_but_itself() -> None:
    rows = ratings()
    thin = rows["persona"].eq("eve") & ~rows["scenario"].isin(["s0", "s1"])
    made = pooled(judged(rows[~thin].reset_index(drop=True)))
    assert [one.subject for one in made.findings] == ["all personas", "ben", "cleo", "dov"]
    assert made.notes[0] == (
        "Left out: eve. Seen in situations or by raters fewer than 3, which stand for no other."
    )
    assert made.findings[0].estimate is not None


def test_shrinking_keeps_the_order_and_draws_together() -> None:
    table = pooled(judged(ratings(), scale="number", bounds=(-np.inf, np.inf))).table
    assert table["estimate"].std() < table["alone"].std()
    assert table["estimate"].rank().to_list() == table["alone"].rank().to_list()


@pytest.mark.parametrize("raters", [1, 2])
def test_fewer_than_three_raters_say_nothing(raters: int) -> None:
    made = pooled(judged(ratings(raters=raters)))
    assert [one.verdict for one in made.findings] == ["not estimable"]
    assert made.says == (
        "Whether personas vary cannot be said. 0 personas were seen in enough situations and by "
        f"enough raters; it takes {FEWEST_EFFECTS}."
    )


def test_a_bare_table_is_refused() -> None:
    with pytest.raises(AnalysisError, match="pooling: got a DataFrame; wanted the observations"):
        pooled(ratings())  # type: ignore[arg-type]


def test_personas_renamed_and_rows_reordered_change_nothing() -> None:
    rows = ratings()
    before = pooled(judged(rows)).table.set_index("subject")
    mixed = rows.sample(frac=1, random_state=1).reset_index(drop=True)
    after = pooled(judged(mixed)).table.set_index("subject")
    pd.testing.assert_frame_equal(before, after, rtol=1e-9)
