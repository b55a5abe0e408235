"""Variance components of observed answers, as the truth of a simulation without effects.

How much answers vary over raters, scenarios, contrasts, replies and personas is read off products
of answers: two that share a rater and nothing else vary together by the raters' variance, and so
on (J. K. Haseman and R. C. Elston 1972 regress products on what a pair shares). For ordered
answers these covariances are turned into those of a normal latent value, whose cutpoints are had
from the shares of the answers (K. Pearson 1900; U. Olsson 1979). Observed effects of personas are
estimated as a variance of their own and thrown away.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy import optimize, special

from toolkit.analysis.engine import Codes, Floats, cross_codes
from toolkit.analysis.frames import Observations
from toolkit.analysis.power.latent_answers import Truth, arm_cells
from toolkit.analysis.power.simulated_design import Design, design_of
from toolkit.errors import AnalysisError

_LEAST_NOISE = 0.1
"""Share of the variance that is always left to single answers."""
_HIGHEST = 0.95
"""Correlation above which none is looked for."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def calibrated_truth(observations: Observations, *, least_slope: float = 0.2) -> Truth:
    """Estimate how answers spread; no effect is taken over, so that every arm's is 0.

    A few answers to each persona cannot show that effects do not vary, and effects that do not vary
    flatter a design. So their spread over scenarios and over raters is never put below
    ``least_slope``.

    Args:
        observations: of stage confirm.
        least_slope: least standard deviation of effects over scenarios and over raters, in units
            of the noise of a single answer.

    Returns:
        With standard deviations in units of that noise; for numbers on their own scale.

    Raises:
        AnalysisError: if all answers are alike, or rows are of stage explore.
    """
    design = design_of(observations)
    value = observations.frame["value"].to_numpy(dtype=float)
    if len(value) == 0 or np.ptp(value) == 0:
        raise AnalysisError(
            f"simulation: got {len(value)} observations of {observations.outcome!r} that are all "
            "alike; wanted some that differ, as they say nothing of how answers spread. Give a "
            "truth of your own."
        )
    if observations.scale == "number":
        covariances = pair_covariances(value, groupings(design))
        shares = {name: one / value.var() for name, one in covariances.items()}
        return _scaled(shares, design, unit=float(value.std()), least_slope=least_slope)
    low, high = observations.bounds
    cuts = _cutpoints(value, np.arange(low, high + 1), design.data.weight)
    centered = value - _side_means(value, design) if design.paired else value
    covariances = pair_covariances(centered, groupings(design))
    shares = {name: latent_correlation(one, cuts) for name, one in covariances.items()}
    made = _scaled(shares, design, unit=None, least_slope=least_slope)
    # Cutpoints are had on a scale on which all of the latent value, not the noise, has sd 1.
    total = _total_sd(made, design)
    if not design.paired:
        return replace(made, cutpoints=tuple(float(one) for one in cuts * total))
    tie, order = float(cuts[1] - cuts[0]) / 2, _order(value, design)
    return replace(made, tie=tie * total, order_effect=order * total)


def groupings(design: Design) -> dict[str, Codes]:
    """Name what two observations can share, with the group of each observation."""
    data = design.data
    found = {
        "reply": design.reply,
        "persona": design.arm,
        "scenario_arm": _varying(design, data.scenario),
    }
    if data.rater is not None:
        found["rater_arm"] = _varying(design, data.rater)
    if design.paired:
        return {**found, "beside": design.beside}
    if data.rater is not None:
        found["rater"] = data.rater
    return {**found, "scenario": data.scenario, "contrast": data.contrast}


def pair_covariances(value: Floats, groups: Mapping[str, Codes]) -> dict[str, float]:
    """Estimate how much sharing each group adds to the covariance of two observations.

    Products of deviations of all pairs are regressed, by least squares, on what the pair shares
    and on a constant, which takes up that deviations are from an estimated mean. A pair may share
    several groups; what they add adds up. Estimates are 0 or more.

    Args:
        value: shape (n,).
        groups: name to codes, each of shape (n,).
    """
    centered = value - value.mean()
    codes = [np.zeros(len(value), dtype=np.intp), *groups.values()]
    right = np.array([_pair_sum(one, centered) for one in codes])
    shared = np.array([[_pair_count(cross_codes(one, other)) for other in codes] for one in codes])
    values, vectors = np.linalg.eigh(shared)
    kept = values > 1e-9 * values.max(initial=1.0)
    root = np.sqrt(values[kept])
    left = root[:, None] * vectors[:, kept].T
    # The constant may be of either sign, so it comes twice.
    columns = np.column_stack([left[:, :1], -left[:, :1], left[:, 1:]])
    found, _ = optimize.nnls(columns, (vectors[:, kept].T @ right) / root)
    return dict(zip(groups, (float(one) for one in found[2:]), strict=True))


def latent_correlation(covariance: float, cuts: Floats) -> float:
    """Find the correlation of two normal values whose ordered answers have a covariance.

    The covariance of two answers is the integral over correlations of the normal density at all
    pairs of cutpoints (R. L. Plackett 1954), so it rises with the correlation.

    Args:
        covariance: of two answers, on their scale, with steps of 1.
        cuts: where the second answer, the third, … begin on a standard normal scale.
    """
    highest = _answer_covariance(_HIGHEST, cuts)
    if covariance <= 0:
        return 0.0
    if covariance >= highest:
        return _HIGHEST
    return float(
        optimize.brentq(lambda at: _answer_covariance(at, cuts) - covariance, 0.0, _HIGHEST)
    )


def _answer_covariance(correlation: float, cuts: Floats) -> float:
    at = (correlation * (_NODES + 1) / 2)[:, None, None]
    one, other = cuts[None, :, None], cuts[None, None, :]
    rest = 1 - at**2
    density = np.exp(-(one**2 - 2 * at * one * other + other**2) / (2 * rest))
    heights = (density / (2 * np.pi * np.sqrt(rest))).sum(axis=(1, 2))
    return float(_WEIGHTS @ heights) * correlation / 2


def _varying(design: Design, groups: Codes) -> Codes:
    """Group by arm; what has no effect that could vary is alone in its group."""
    cells = arm_cells(design, groups)
    return np.where(cells < 0, cells.max(initial=-1) + 1 + np.arange(len(cells)), cells)


def _cutpoints(value: Floats, levels: Floats, weight: Floats) -> Floats:
    """Where each answer but the first begins on a standard normal scale."""
    below = np.array([weight[value < one - 0.5].sum() for one in levels[1:]]) / weight.sum()
    rim = 0.5 / len(value)
    return np.asarray(special.ndtri(np.clip(below, rim, 1 - rim)))


def _side_means(value: Floats, design: Design) -> Floats:
    means = np.zeros(len(value))
    for side in np.unique(design.data.side):
        here = design.data.side == side
        means[here] = value[here].mean()
    return means


def _order(value: Floats, design: Design) -> float:
    """How much standing left shifts the latent lead, on its standard normal scale."""
    levels, data = np.array([-1.0, 0.0, 1.0]), design.data
    sides = data.side > 0, data.side < 0
    if not all(one.any() for one in sides):
        return 0.0
    left, right = (_cutpoints(value[one], levels, data.weight[one]) for one in sides)
    return float((right - left).mean()) / 2


def _scaled(
    shares: Mapping[str, float], design: Design, *, unit: float | None, least_slope: float
) -> Truth:
    """Standard deviations from shares of the variance.

    Args:
        shares: what is shared to its part of the variance.
        design: of a pair, both replies add their own.
        unit: standard deviation of all; None: the noise has 1.
        least_slope: as for ``calibrated_truth``.
    """
    kept = {name: one for name, one in shares.items() if name != "persona"}
    explained = sum(kept.values())
    shrink = (1 - _LEAST_NOISE) / max(explained, 1 - _LEAST_NOISE)
    noise = 1 - explained * shrink
    scale = float(np.sqrt(noise)) * unit if unit else 1.0

    def sd(*names: str) -> float:
        parts = [kept.get(name, 0.0) for name in names]
        return float(np.sqrt(np.mean(parts) * shrink / noise)) * scale

    return Truth(
        severity_sd=sd("rater"),
        scenario_sd=sd("scenario"),
        contrast_sd=sd("contrast"),
        reply_sd=sd("reply", "beside") if design.paired else sd("reply"),
        effect_scenario_sd=max(sd("scenario_arm"), least_slope * scale),
        effect_rater_sd=max(sd("rater_arm"), least_slope * scale) if "rater_arm" in kept else 0.0,
        noise_sd=scale,
        cutpoints=(),
        lapse=0.0,
        neither=0.0,
    )


def _total_sd(made: Truth, design: Design) -> float:
    """Of the latent value of an arm whose effect varies, in units of the noise."""
    parts = [made.effect_scenario_sd, made.effect_rater_sd, made.reply_sd]
    parts += (
        [made.reply_sd] if design.paired else [made.severity_sd, made.scenario_sd, made.contrast_sd]
    )
    return float(np.sqrt(1 + np.sum(np.square(parts))))


def _pair_sum(codes: Codes, value: Floats) -> float:
    """Sum of the products of all ordered pairs within a group."""
    return float(np.sum(np.bincount(codes, weights=value) ** 2) - np.sum(value**2))


def _pair_count(codes: Codes) -> float:
    sizes = np.unique(codes, return_counts=True)[1].astype(float)
    return float(np.sum(sizes * (sizes - 1)))
