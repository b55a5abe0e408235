"""Other tests of the same answers: paired t, the rule used before, and a crossed mixed model."""

import numpy as np
from scipy import stats

from toolkit.analysis.engine import Swept, cross_codes, group_sums
from toolkit.analysis.engine.crossed import CrossedData, Means, solve
from toolkit.analysis.power import Design
from toolkit.errors import AnalysisError


def paired_t(design: Design, values: np.ndarray) -> np.ndarray:
    """Reject by a one-sample t-test of each scenario's difference of means."""
    found = []
    for label in design.swaps:
        own = design.labels == label
        other = np.zeros(len(own), bool) if design.paired else design.labels == "reference"
        mine, there = _means(design, values, own), _means(design, values, other)
        apart = mine if design.paired else mine - there
        apart = apart[np.isfinite(apart).all(axis=1)]
        if len(apart) < 2:
            found.append(np.zeros(values.shape[1], bool))
            continue
        error = apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
        t = np.divide(np.abs(apart.mean(axis=0)), error, out=np.zeros_like(error), where=error > 0)
        found.append(t > stats.t.ppf(0.975, len(apart) - 1))
    return np.array(found)


def _means(design: Design, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Mean of each scenario, shape (scenarios, simulations); NaN where it has no such row."""
    member = (design.data.scenario == np.arange(design.data.scenario.max() + 1)[:, None]) & rows
    count = member.sum(axis=1)[:, None]
    total = member.astype(float) @ values
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def larger_piece(swept: Swept, values: np.ndarray, arms: int) -> tuple[np.ndarray, np.ndarray]:
    """Half widths at 95 % and rejections of the largest of the three, with that one's df."""
    influence, left = swept.influence[:, :arms], swept.residuals(values)
    estimate = influence.T @ values

    def piece(groups: np.ndarray) -> np.ndarray:
        codes = np.unique(groups, return_inverse=True)[1]
        return np.array(
            [np.square(group_sums(codes, one[:, None] * left)).sum(axis=0) for one in influence.T]
        )

    fix = swept.corrections
    factors = [np.where(np.isfinite(one.factor), one.factor, 0)[:arms, None] for one in fix]
    variance = piece(swept.scenario) * factors[1]
    df = np.broadcast_to(np.maximum(fix.scenarios.df, 1)[:arms, None], variance.shape)
    if swept.rater is not None:
        raters, of_scenarios = piece(swept.rater) * factors[0], variance
        cells = piece(cross_codes(swept.rater, swept.scenario)) * factors[2]
        both, single = raters + of_scenarios - cells, np.maximum(raters, of_scenarios)
        of_raters = np.maximum(fix.raters.df, 1)[:arms, None]
        larger = np.where(of_scenarios >= raters, df, of_raters)
        df = np.where(both >= single, np.minimum(df, of_raters), larger)
        variance = np.maximum(both, single)
    half = stats.t.ppf(0.975, df) * np.sqrt(variance)
    return half, (half > 0) & (np.abs(estimate) > half)


def mixed_model(design: Design, values: np.ndarray) -> np.ndarray:
    """p of the first persona by REML with Satterthwaite's df, shape (simulations,).

    Intercepts of raters, scenarios and contrasts, and of raters and scenarios in each arm, so that
    the effect may vary over both.
    """
    data, count = design.data, len(design)
    columns = np.column_stack([np.ones(count), *(design.labels == one for one in design.swaps)])
    profiles, profile = np.unique(columns, axis=0, return_inverse=True)
    arms = len(design.arms)
    groups = [data.rater, data.scenario]
    groups += [one * arms + design.arm for one in (data.rater, data.scenario)]
    if data.contrast.max() > data.scenario.max():
        groups.append(data.contrast)
    factors = tuple(np.unique(one, return_inverse=True)[1] for one in groups)
    wanted = np.eye(columns.shape[1])[1]
    found = []
    for value in values.T:
        middle = float(value.mean())
        arrays = CrossedData(
            names=("Intercept", *design.swaps),
            rows=profiles,
            profile=profile,
            factors=factors,
            levels=tuple(int(one.max()) + 1 for one in factors),
            counts=np.zeros((count, 0)),
            means=Means(np.ones(count), value - middle, 0.0, middle),
        )
        try:
            made = solve(arrays, restricted=True)
        except (AnalysisError, np.linalg.LinAlgError):
            found.append(1.0)
            continue
        t = made.fixed[1] / np.sqrt(made.covariance[1, 1])
        df = max(made.moments.df(wanted), 1.0) if made.moments else np.inf
        found.append(float(2 * stats.t.sf(abs(t), df)))
    return np.array(found)
