"""Fit of a model with crossed random intercepts by REML, ML or Laplace's approximation."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from toolkit.analysis.engine import Bools, Floats, group_sums
from toolkit.analysis.engine.crossed.blas_threads import one_thread
from toolkit.analysis.engine.crossed.boundary_optimum import Optimum, optimum
from toolkit.analysis.engine.crossed.crossed_data import CrossedData, Means
from toolkit.analysis.engine.crossed.gaussian import LARGEST_RATIO, Gaussian
from toolkit.analysis.engine.crossed.laplace import Laplace
from toolkit.analysis.engine.crossed.orthonormal_basis import beside_thresholds, orthonormal
from toolkit.analysis.engine.crossed.satterthwaite import Moments, moments
from toolkit.analysis.engine.crossed.schur_complement import Crossed
from toolkit.analysis.engine.crossed.separated_limit import SeparatedLimit, limit, unseparated
from toolkit.analysis.engine.crossed.separation import Separation, separation
from toolkit.errors import AnalysisError

_BEGIN = 0.5
"""Deviation of every factor where nothing better is known."""
_TOO_FAR = 0.9 * LARGEST_RATIO


@dataclass(frozen=True)
class Solution:
    """Fitted numbers, before they have names."""

    model: Gaussian | Laplace
    optimum: Optimum
    start: Floats | None
    """Where a fit of the same model to other answers begins; None: afresh."""
    fixed: Floats
    """Thresholds, then coefficients, in the columns asked for."""
    covariance: Floats
    """Of thresholds, coefficients and deviations; 0 for a deviation at its boundary. For the
    Gaussian family of ``fixed`` alone."""
    sds: Floats
    """In the order of the data's factors."""
    residual: float | None
    loglik: float
    moments: Moments | None
    levels: Floats
    """Conditional modes, laid out as the model's ``crossed``."""
    level_sds: Floats
    separation: Separation | None = None
    """Which thresholds and coefficients have no finite estimate; None for Gaussian."""


def solve(data: CrossedData, *, restricted: bool, start: Floats | None = None) -> Solution:
    """Fit.

    Args:
        data: what is fitted.
        restricted: REML when true; Gaussian family only.
        start: parameters of the model to begin at.
    """
    with one_thread():
        if data.means is not None:
            return _gaussian(data, data.means, restricted, start)
        return _laplace(data, start)


def _gaussian(data: CrossedData, means: Means, restricted: bool, start: Floats | None) -> Solution:
    columns = len(data.names)
    if data.sizes.sum() <= columns:
        raise AnalysisError(
            f"mixed: got {data.sizes.sum():g} observations for {columns} coefficients; wanted more "
            "observations than coefficients. Take terms out of the formula."
        )
    basis = orthonormal(data.rows, _profile_sizes(data))
    crossed = data.crossed
    model = Gaussian(crossed, basis, data.profile, means, restricted)
    many = len(crossed.sizes)
    begin = np.full(many, _BEGIN) if start is None else np.maximum(np.abs(start), 0.1)
    inverse = np.diag(begin**2 / (2 * np.asarray(crossed.sizes, dtype=float)))
    _require_residual(model, np.zeros(many))
    best = optimum(model, begin, inverse, many)
    _require_residual(model, best.at)
    free, ratios = model.only(best.free), np.abs(best.at[best.free])
    if _flat(best, ratios):
        best = replace(best, converged=False)
    solved = free.solve(ratios)
    about = moments(free, ratios)
    variance = solved.squares / model.freedom
    scales = free.crossed.scales(ratios)
    modes = scales**2 * solved.by_level[:, -1]
    spread = scales * np.sqrt(variance * solved.factored.inverse_diagonal)
    fixed = basis.back @ (model.start + solved.coefficients)
    # The mean taken off the response goes back where the columns hold it.
    fixed = fixed + basis.back @ _constant(model) * means.center
    return Solution(
        model=model,
        optimum=best,
        start=best.at,
        fixed=fixed,
        covariance=about.covariance,
        sds=_as_asked(data, np.abs(best.at)) * np.sqrt(variance),
        residual=float(np.sqrt(variance)),
        loglik=-solved.value,
        moments=about,
        levels=_all_levels(crossed, best.free, modes),
        level_sds=_all_levels(crossed, best.free, spread),
    )


def _flat(best: Optimum, ratios: Floats) -> bool:
    """Say whether some mix of the variances changes the criterion by nothing to speak of."""
    if len(ratios) == 0:
        return False
    return bool(linalg.eigvalsh(best.hessian * np.outer(ratios, ratios)).min() < 1e-6)


def _require_residual(model: Gaussian, ratios: Floats) -> None:
    means = model.means
    total = means.within + float(means.count @ means.mean**2)
    if model.solve(ratios).squares <= 1e-15 * total or np.abs(ratios).max(initial=0) > _TOO_FAR:
        raise AnalysisError(
            f"mixed: got {model.rows:g} observations that the formula and the groups explain "
            "wholly; wanted some residual variation. Take terms or groups out of the model."
        )


def _constant(model: Gaussian) -> Floats:
    """Give the coefficients, in the basis fitted, of a response that is 1 everywhere."""
    share = np.bincount(model.profile, model.means.count, minlength=len(model.basis.rows))
    return model.basis.rows.T @ share / model.rows


def _laplace(data: CrossedData, start: Floats | None) -> Solution:
    counts = data.counts
    places = [i for i, name in enumerate(data.names) if name != "Intercept"]
    columns = data.rows[:, places]
    basis = beside_thresholds(columns, _profile_sizes(data), counts.shape[1] - 1)
    model = Laplace(data.crossed, basis, data.profile, np.ascontiguousarray(counts.T))
    finite = unseparated(model)
    best = _best(finite, _away(model, np.full(len(model.crossed.sizes), _BEGIN), start))
    reached = basis.back @ best.at[: model.fixed] if best.converged else None
    apart = separation(columns, group_sums(data.profile, counts, len(columns)), reached)
    if apart.found:
        finite = limit(model, apart, _proportions(model))
        best = _best(finite, np.append(np.zeros(finite.fixed), best.at[model.fixed :]))
    whole = finite.whole(best.at)
    sds, active = np.abs(whole[model.fixed :]), best.free[finite.fixed :]
    free = model.only(active)
    mode = free.mode(np.append(whole[: model.fixed], sds[active]))
    scales = free.crossed.scales(sds[active])
    joint = _joint(finite, best)
    order = list(range(model.fixed)) + [model.fixed + i for i in _places(data)]
    return Solution(
        model=model,
        optimum=best,
        start=None if apart.found else best.at,
        fixed=basis.back @ whole[: model.fixed],
        covariance=joint[np.ix_(order, order)],
        sds=_as_asked(data, sds),
        residual=None,
        loglik=-best.value,
        moments=None,
        levels=_all_levels(model.crossed, active, scales * mode.levels),
        level_sds=_all_levels(
            model.crossed, active, scales * np.sqrt(mode.factored.inverse_diagonal)
        ),
        separation=apart,
    )


def _joint(finite: SeparatedLimit, best: Optimum) -> Floats:
    """Give the covariance of all parameters in the columns asked for.

    Along directions that run to infinity nothing varies; what is orthogonal to them keeps its own.
    """
    signs = np.where(best.at[finite.fixed :] < 0, -1.0, 1.0)
    back = linalg.block_diag(finite.model.basis.back @ finite.subspace, np.diag(signs))
    back = back[:, best.free]
    covariance: Floats = back @ _inverse(best.hessian) @ back.T
    return covariance


def _away(model: Laplace, sds: Floats, start: Floats | None) -> Floats:
    """Give the parameters to begin at: those of an earlier fit, no deviation of them near 0."""
    if start is None:
        return np.append(_proportions(model), sds)
    return np.append(start[: model.fixed], np.maximum(np.abs(start[model.fixed :]), 0.1))


def _best(model: SeparatedLimit, at: Floats) -> Optimum:
    """Fit from the best thresholds and coefficients for given deviations."""
    fixed = model.fixed
    deviations = len(at) - fixed
    at = at.copy()
    for _ in range(8):
        slopes, information = model.penalized(at)
        # The shortest of all best steps: where answers say nothing, there is none.
        step = linalg.pinvh(information) @ slopes
        while not model.in_order(np.append(at[:fixed] + step, at[fixed:])):
            step = step / 2
        at[:fixed] += step
        if step @ slopes < 1e-2:
            break
    _, information = model.penalized(at)
    sizes = np.asarray(model.model.crossed.sizes, dtype=float)
    inverse = linalg.block_diag(_inverse(information), np.diag(at[fixed:] ** 2 / (2 * sizes)))
    return optimum(model, at, inverse, deviations)


def _proportions(model: Laplace) -> Floats:
    """Thresholds of the answers as they are, coefficients at 0."""
    share = np.cumsum(model.counts.sum(1))[:-1] / model.counts.sum()
    return np.concatenate([np.log(share / (1 - share)), np.zeros(model.fixed - len(share))])


def _inverse(matrix: Floats) -> Floats:
    """Invert what should be positive definite; a flat direction gets no finite variance."""
    values, vectors = linalg.eigh(matrix)
    floor = 1e-12 * max(float(np.abs(values).max(initial=0)), 1e-300)
    inverse: Floats = (vectors / np.maximum(values, floor)) @ vectors.T
    return inverse


def _profile_sizes(data: CrossedData) -> Floats:
    return np.bincount(data.profile, data.sizes, minlength=len(data.rows)).astype(np.float64)


def _all_levels(crossed: Crossed, active: Bools, values: Floats) -> Floats:
    """Lay out what the active factors' levels have among all levels, the others at 0."""
    full = np.zeros(crossed.starts[-1])
    full[np.repeat(active, crossed.sizes)] = values
    return full


def _places(data: CrossedData) -> list[int]:
    """Give for each group, as asked for, its place in ``crossed``."""
    return [data.order.index(place) for place in range(len(data.factors))]


def _as_asked(data: CrossedData, values: Floats) -> Floats:
    return values[_places(data)] if len(values) else values
