"""Personas among themselves: against mean squares worked by hand, and sums done the long way."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from analysis.comparisons import complete, judged
from scipy import integrate, optimize, stats

from toolkit.analysis import Observations, across_names, forest, pairwise, pooled
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
    forms = [left @ part @ part.T @ left for part in parts] + [left @ left]
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


# Pairs


def test_pairs_have_tukeys_intervals() -> None:
    """q(.05; 4, 9) is 4.4149 in the tables of the studentized range."""
    observed, y = as_pairs()
    _, error = quasi_f(y)
    means = dict(zip(ARMS, y.mean(axis=(1, 2)), strict=True))
    made = pairwise(observed)
    assert len(made.findings) == 6
    for one in made.findings:
        first, second = one.subject.split(" against ")
        apart = means[first] - means[second]
        assert one.estimate is not None
        assert one.estimate.value == pytest.approx(apart, abs=1e-10)
        assert one.se == pytest.approx(sqrt(2 * error), abs=1e-10)
        assert one.estimate.high - apart == pytest.approx(4.4149 * sqrt(error), rel=1e-5)
        p = stats.studentized_range.sf(abs(apart) / sqrt(error), 4, 9)
        assert one.p_adjusted == pytest.approx(p, abs=1e-6)


def test_a_pair_differs_exactly_when_its_interval_leaves_out_0() -> None:
    for scale in (0.2, 0.6, 1.5):
        rows = complete(EFFECTS * scale, raters=5, arms=ARMS)
        for one in pairwise(judged(rows, scale="number", bounds=(-np.inf, np.inf))).findings:
            assert one.estimate is not None
            beyond = one.estimate.low > 0 or one.estimate.high < 0
            assert (one.verdict == "differs") == beyond
            assert one.bridge == ""


def test_two_personas_are_one_pair() -> None:
    rows = complete(EFFECTS[:, :2], raters=5, arms=("ben", "cleo"))
    made = pairwise(judged(rows, scale="number", bounds=(-np.inf, np.inf)))
    (one,) = made.findings
    # Of two means the range is Student's t: q = t sqrt(2).
    assert one.df is not None
    assert one.se is not None
    assert one.estimate is not None
    t = abs(one.estimate.value) / one.se
    assert one.p_adjusted == pytest.approx(2 * stats.t.sf(t, one.df), abs=1e-6)


# Names


def named(count: int = 3, situations: int = 5, *, seed: int = 4) -> tuple[Observations, np.ndarray]:
    """Two groups of names beside a reference, by machine: groups x names x situations."""
    rng = np.random.default_rng(seed)
    y = rng.normal(0, 1, (2, count, situations)) + rng.normal(0, 1, (2, count, 1))
    y = np.sign(np.round(y + rng.normal(0, 0.7, (2, 1, situations))))
    rows = [
        {
            "value": y[group, name, at],
            "rater": None,
            "scenario": f"s{at}",
            "contrast": f"c{at}",
            "arm": "swap",
            "persona": f"{'wm'[group]}{name}",
        }
        for group in range(2)
        for name in range(count)
        for at in range(situations)
    ]
    people = pd.DataFrame(
        {"gender": ["woman"] * count + ["man"] * count},
        index=pd.Index([f"{one}{at}" for one in "wm" for at in range(count)], name="persona"),
    )
    observed = judged(rows, scale="preference", bounds=(-1.0, 1.0), outcome="preference")
    return replace(observed, people=people), y


@pytest.mark.parametrize(("count", "situations"), [(3, 5), (6, 4), (4, 12)])
def test_names_and_situations_add_up_by_hand(count: int, situations: int) -> None:
    """Balanced, without raters: Welch over names, matched differences over situations, rows."""
    observed, y = named(count, situations)
    apart = y[1] - y[1].mean(), y[0] - y[0].mean()
    of_names = sum(one.mean(axis=1).var(ddof=1) / count for one in y)
    of_situations = (y[1].mean(axis=0) - y[0].mean(axis=0)).var(ddof=1) / situations
    size = count * situations
    rest = sum((one**2).sum() for one in apart) / size**2 * 2 * size / (2 * size - 2)
    expected = rest + max(of_names - rest, 0) + max(of_situations - rest, 0)
    (one,) = across_names(observed, "gender").findings
    assert one.estimate is not None
    assert one.estimate.value == pytest.approx(y[1].mean() - y[0].mean(), abs=1e-10)
    assert one.se == pytest.approx(sqrt(expected), abs=1e-10)
    assert one.df == pytest.approx(min(2 * (count - 1), situations - 1))


def test_with_raters_every_piece_is_that_of_whole_matrices() -> None:
    rows = complete(
        np.random.default_rng(7).normal(0, 0.8, (5, 6)),
        raters=4,
        arms=("ben", "cleo", "dov", "eve", "fay", "gus"),
    )
    rows = rows.drop(index=np.random.default_rng(3).choice(len(rows), 20, replace=False))
    rows = rows.reset_index(drop=True)
    (one,) = across_names(judged(rows, scale="number", bounds=(-np.inf, np.inf)), "gender").findings
    man = rows["persona"].isin(["ben", "dov", "gus"]).to_numpy(float)
    fixed = np.column_stack(
        [pd.get_dummies(rows[name]).to_numpy(float) for name in ("contrast", "rater")] + [man]
    )
    each = rows.groupby("scenario")["value"].transform("size").to_numpy(float)
    weight = np.diag(len(rows) / 5 / each)
    solved = np.linalg.pinv(fixed.T @ weight @ fixed) @ fixed.T @ weight
    h, left = solved[-1], np.eye(len(rows)) - fixed @ solved
    e = left @ rows["value"].to_numpy()
    pieces, dfs = [], []
    for by in (["persona"], ["scenario"], ["rater"], ["persona", "scenario", "rater"]):
        code = rows.groupby(by, observed=True).ngroup().to_numpy()
        parts = np.array([left.T @ (h * (code == one)) for one in np.unique(code)])
        products = parts @ parts.T
        raw = sum(float((h * e)[code == one].sum()) ** 2 for one in np.unique(code))
        pieces.append(raw * (h @ h) / np.trace(products))
        dfs.append(np.trace(products) ** 2 / np.sum(products**2))
    expected = pieces[3] + sum(max(one - pieces[3], 0) for one in pieces[:3])
    assert one.se == pytest.approx(sqrt(expected), abs=1e-8)
    assert one.df == pytest.approx(min(dfs[:3]), abs=1e-8)
    assert one.estimate is not None
    assert one.estimate.value == pytest.approx(h @ rows["value"].to_numpy(), abs=1e-8)


def test_names_need_three_a_group() -> None:
    observed, _ = named(2)
    (one,) = across_names(observed, "gender").findings
    assert one.verdict == "not estimable"
    assert one.caveats == (
        "gender: man has 2 names: it takes 3 a group to speak of names like these.",
    )


def test_a_factor_that_nobody_has_is_refused() -> None:
    with pytest.raises(AnalysisError, match="names: got the factor 'size'; wanted one that"):
        across_names(named()[0], "size")


def six() -> pd.DataFrame:
    rows = complete(np.zeros((4, 6)), raters=4, arms=("ben", "cleo", "dov", "eve", "fay", "gus"))
    return rows.sample(frac=0.9, random_state=5).reset_index(drop=True)


CHANGES = {
    "in another order": lambda rows: rows.sample(frac=1, random_state=1),
    "every answer twice": lambda rows: pd.concat([rows, rows]),
    "every answer of weight 2": lambda rows: rows.assign(weight=2.0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_nothing_about_names(change: str) -> None:
    one, two = (
        across_names(
            judged(rows.reset_index(drop=True), scale="number", bounds=(-np.inf, np.inf)), "gender"
        ).findings[0]
        for rows in (six(), CHANGES[change](six()))
    )
    assert one.estimate is not None
    assert two.estimate is not None
    assert two.estimate.value == pytest.approx(one.estimate.value)
    assert two.se == pytest.approx(one.se)
    assert two.df == pytest.approx(one.df)


REFUSED = [
    (lambda: pooled(judged(ratings()), level=95), "pooling: got level=95; wanted a share"),
    (lambda: pooled(judged(ratings()), alpha=0), "pooling: got alpha=0; wanted a share"),
    (
        lambda: pairwise(judged(ratings()), alpha=2),
        "pairs of personas: got alpha=2; ",
    ),
    (
        lambda: across_names(judged(six()), "gender", level=95),
        "names: got level=95; wanted a share",
    ),
    (
        lambda: across_names(judged(six()), ["gender"]),
        r"names: got the factor \['gender'\]; ",
    ),
    (lambda: forest(pooled(judged(ratings()))), r"Write forest\(found.findings\)"),
]


@pytest.mark.parametrize(("ask", "says"), REFUSED, ids=[one[1][:28] for one in REFUSED])
def test_what_nobody_can_mean_is_refused(ask: Callable[[], object], says: str) -> None:
    with pytest.raises(AnalysisError, match=says):
        ask()


def test_a_forest_of_pairs_does_not_say_that_intervals_are_not_adjusted() -> None:
    assert "intervals are not" not in forest(pairwise(judged(ratings())).findings).alt
