"""Mixed models with crossed random intercepts, fitted to a table by a formula."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import special, stats

from toolkit.analysis.engine import Floats
from toolkit.analysis.engine.crossed import Means, Solution, solve
from toolkit.analysis.mixed import model_warnings as trouble
from toolkit.analysis.mixed.model_input import ModelInput, prepare
from toolkit.analysis.mixed.response import Family, Tally, shown
from toolkit.errors import AnalysisError

Method = Literal["REML", "ML"]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted model."""

    family: Family
    method: str
    """``REML`` or ``ML`` for the Gaussian family, else ``Laplace``."""
    groups: tuple[str, ...]
    """Random factors of the model; one that could not vary is left out and noted."""
    coefficients: pd.DataFrame
    """Columns name, estimate, se, df, low, high, p, estimable; a row per fixed column. Where not
    estimable the estimate is infinite, or missing too, and the rest is missing. There is no p where
    a factor asked for has no levels to generalize over."""
    thresholds: pd.DataFrame
    """The same of the cumulative family's thresholds; named by the answers they part."""
    sds: "pd.Series[float]"
    """Standard deviation of every random factor, and ``residual`` for the Gaussian family."""
    loglik: float
    """Restricted for REML."""
    n: float
    """Observations: rows used, or the sum of their weights."""
    cells: int
    levels: Mapping[str, int]
    """Number of levels of every random factor."""
    categories: tuple[Any, ...]
    """The answers that occur, in order."""
    vcov: pd.DataFrame
    """Covariance of thresholds and coefficients, and but for the Gaussian family of deviations."""
    dropped: int
    """Rows left out because something was missing."""
    notes: tuple[str, ...]
    """What a reader must know, in complete sentences."""
    converged: bool
    problem: ModelInput = field(repr=False)
    solution: Solution = field(repr=False)

    def random(self, group: str) -> pd.DataFrame:
        """Give the conditional modes of one random factor, with their conditional deviations.

        Args:
            group: as named in ``groups``.

        Returns:
            One row a level: the columns that make it, ``mode`` and ``sd`` on the scale of the
            linear predictor. For the Gaussian family these are the BLUPs, given the variances.

        Raises:
            AnalysisError: when the model has no such factor.
        """
        if group not in self.groups:
            known = ", ".join(map(repr, self.groups)) or "none"
            raise AnalysisError(
                f"mixed: got the random factor {group!r}; wanted one of the model's: {known}."
            )
        place = self.groups.index(group)
        starts = self.solution.model.crossed.starts
        at = slice(*(starts[self.problem.arrays.order.index(place) + step] for step in (0, 1)))
        return self.problem.groups[place].labels.assign(
            mode=self.solution.levels[at], sd=self.solution.level_sds[at]
        )

    def simulate(self, seed: int | np.random.SeedSequence) -> "Floats | Means":
        """Draw new answers to every cell from the fitted model, random factors drawn anew.

        Returns:
            What ``refit`` takes: counts of shape (cells, categories), or means for Gaussian.
        """
        draw = np.random.default_rng(seed)
        eta = self.linear_predictor()
        for group, sd in zip(self.problem.groups, self.sds, strict=False):
            eta = eta + (sd * draw.standard_normal(len(group.labels)))[group.codes]
        means = self.problem.answers.means
        if means is None:
            bounds = np.column_stack([self.below(eta), np.ones(len(eta))])
            shares = np.diff(bounds, axis=1, prepend=0)
            counts = draw.multinomial(np.rint(self.problem.arrays.sizes).astype(np.int64), shares)
            return counts.astype(np.float64)
        residual = float(self.sds["residual"])
        mean = eta - means.center + residual * draw.standard_normal(len(eta)) / np.sqrt(means.count)
        freedom = float(means.count.sum()) - len(eta)
        within = residual**2 * float(draw.chisquare(freedom)) if freedom > 0 else 0.0
        return Means(means.count, mean, within, means.center)

    def refit(self, answers: "Floats | Means") -> "Fit":
        """Fit the same model to other answers to the same cells, starting from this fit.

        Args:
            answers: as ``simulate`` gives them.
        """
        before: Solution | None = self.solution
        if isinstance(answers, Means):
            tallied = Tally(self.problem.answers.counts, answers, ())
        else:
            given = answers.sum(0) > 0
            if given.sum() < 2:
                raise AnalysisError(
                    "mixed: got the same answer in every cell; wanted at least two different "
                    "answers. Nothing can be compared where nothing varies."
                )
            kept = tuple(self.categories[place] for place in np.flatnonzero(given))
            tallied = Tally(answers[:, given], None, kept)
            before = before if given.all() else None
        return _named(replace(self.problem, answers=tallied), self.method, before)

    def dropping(self, *, columns: Sequence[str] = (), groups: Sequence[str] = ()) -> "Fit":
        """Fit to the same cells with some fixed columns or random factors left out.

        Args:
            columns: names of coefficients.
            groups: names of random factors.
        """
        design = self.problem.design
        keep = [place for place, name in enumerate(design.columns) if name not in columns]
        smaller = replace(
            design, columns=tuple(design.columns[one] for one in keep), rows=design.rows[:, keep]
        )
        left = tuple(one for one in self.problem.groups if one.name not in groups)
        return _named(replace(self.problem, design=smaller, groups=left), self.method, None)

    def linear_predictor(self, profile: "pd.DataFrame | None" = None) -> Floats:
        """Give the fixed part, without thresholds.

        Args:
            profile: rows with the formula's columns; by default the cells of the data.
        """
        design = self.problem.design
        rows = design.rows[self.problem.profile] if profile is None else design.at(profile)
        if self.family == "gaussian":
            return rows @ self.solution.fixed
        keep = [place for place, name in enumerate(design.columns) if name != "Intercept"]
        many = self.solution.model.thresholds  # type: ignore[union-attr]
        return rows[:, keep] @ self.solution.fixed[many:]

    def below(self, eta: Floats) -> Floats:
        """Give P(Y <= k) for every category but the highest, shape (cases, thresholds).

        Args:
            eta: linear predictor without thresholds, shape (cases,).
        """
        many = len(self.categories) - 1
        return np.asarray(special.expit(self.solution.fixed[:many] - eta[:, None]))


def fit(
    data: pd.DataFrame,
    formula: str,
    groups: Sequence[str],
    *,
    family: Family = "gaussian",
    weights: str | None = None,
    method: Method = "REML",
    levels: Sequence[Any] | None = None,
) -> Fit:
    """Fit a model with crossed random intercepts.

    Gaussian: ``y = X beta + sum of intercepts + e``. Cumulative: ``logit P(Y <= k) = alpha_k -
    (X beta + sum of intercepts)``, proportional odds; binomial is the same with two answers, its
    intercept reported with the usual sign, of the higher answer. Intercepts are independent and
    normal with one deviation a factor.

    Args:
        data: one row an observation, or a cell with its count in ``weights``.
        formula: ``response ~ terms`` of columns, as ``value ~ arm * gender``; the first level of
            a factor is its reference. Numbers enter as numbers, or as levels in ``C(column)``.
        groups: random factors, ``rater`` or ``scenario:arm``; any number, also none.
        family: of the response.
        weights: column that says how many equal observations a row stands for.
        method: for the Gaussian family; others maximize Laplace's approximation.
        levels: possible answers, lowest first; by default those that occur, sorted.

    Raises:
        AnalysisError: when the formula, a column or the answers allow no model.
    """
    if family not in get_args(Family) or method not in get_args(Method):
        raise AnalysisError(
            f"mixed: got the family {family!r} and the method {method!r}; wanted one of "
            f"{', '.join(get_args(Family))}, and one of {', '.join(get_args(Method))}."
        )
    problem = prepare(data, formula, list(dict.fromkeys(groups)), family, weights, levels)
    return _named(problem, method if family == "gaussian" else "Laplace", None)


def _named(problem: ModelInput, method: str, before: Solution | None) -> Fit:
    start = None if before is None else before.start
    solution = solve(problem.arrays, restricted=method == "REML", start=start)
    thresholds, names = _names(problem)
    labels = [*thresholds, *names]
    sign = np.ones(len(labels))
    if problem.family == "binomial":
        sign[0] = -1
    apart = solution.separation
    infinite = np.zeros(len(labels)) if apart is None else apart.signs * sign
    if not _trusted(solution):
        infinite = np.where(infinite == 0, np.nan, infinite)
    extended = np.append(sign, np.ones(len(solution.covariance) - len(sign)))
    covariance = solution.covariance * np.outer(extended, extended)
    table = _table(labels, solution.fixed * sign, covariance, solution, infinite)
    if problem.conditional:
        table["p"] = np.nan
    groups = tuple(one.name for one in problem.groups)
    sds = pd.Series(solution.sds, index=list(groups), dtype=np.float64)
    if solution.residual is not None:
        sds["residual"] = solution.residual
    joined = labels + [f"sd {one}" for one in groups] * (problem.answers.means is None)
    many = len(thresholds)
    return Fit(
        family=problem.family,
        method=method,
        groups=groups,
        coefficients=table.iloc[many:].reset_index(drop=True),
        thresholds=table.iloc[:many].reset_index(drop=True),
        sds=sds,
        loglik=solution.loglik,
        n=float(problem.answers.sizes.sum()),
        cells=len(problem.profile),
        levels={one.name: len(one.labels) for one in problem.groups},
        categories=problem.answers.categories,
        vcov=pd.DataFrame(covariance, joined, joined),
        dropped=problem.dropped,
        notes=(*problem.notes, *_notes(groups, solution, labels)),
        converged=solution.optimum.converged,
        problem=problem,
        solution=solution,
    )


def _names(problem: ModelInput) -> tuple[list[str], list[str]]:
    names = list(problem.design.columns)
    if problem.family == "gaussian":
        return [], names
    others = [name for name in names if name != "Intercept"]
    if problem.family == "binomial":
        return [], ["Intercept", *others]
    answers = [shown(one) for one in problem.answers.categories]
    return [f"{low}|{high}" for low, high in zip(answers, answers[1:], strict=False)], others


def _table(
    names: Sequence[str], estimates: Floats, covariance: Floats, solution: Solution, finite: Floats
) -> pd.DataFrame:
    """Lay out estimates with their intervals; ``finite`` is 0 where there is one, else its sign."""
    estimable = finite == 0
    variances = np.diag(covariance)[: len(names)]
    ses = np.where(estimable, np.sqrt(np.maximum(variances, 0)), np.nan)
    about = solution.moments
    unit = np.eye(len(names))
    df = np.full(len(names), np.inf) if about is None else np.array([about.df(c) for c in unit])
    df[~estimable] = np.nan
    half = stats.t.ppf(0.975, df) * ses
    return pd.DataFrame(
        {
            "name": list(names),
            "estimate": np.where(estimable, estimates, np.where(estimable, 1, finite) * np.inf),
            "se": ses,
            "df": df,
            "low": estimates - half,
            "high": estimates + half,
            "p": 2 * stats.t.sf(np.abs(estimates / ses), df),
            "estimable": estimable,
        }
    )


def _notes(groups: Sequence[str], solution: Solution, names: Sequence[str]) -> list[str]:
    apart = solution.separation
    signs = np.zeros(len(names)) if apart is None else apart.signs
    gone = [name for name, one in zip(names, signs, strict=True) if one != 0]
    notes = [trouble.separated_note(gone)] if gone else []
    gaussian = solution.moments is not None
    for name, sd in zip(groups, solution.sds, strict=True):
        if sd == 0:
            notes.append(trouble.note("boundary", name))
        elif not gaussian and sd > trouble.LARGEST_DEVIATION:
            notes.append(trouble.note("runaway", name))
            return notes
    if not solution.optimum.converged and len(gone) < len(names):
        notes.append(trouble.note("unconverged"))
    return notes


def _trusted(solution: Solution) -> bool:
    """Say whether the fit came to an end, and not only because a deviation ran away."""
    runaway = solution.moments is None and solution.sds.max(initial=0) > trouble.LARGEST_DEVIATION
    return bool(solution.optimum.converged and not runaway)
