"""Crossed factors: whether some combinations are treated worse than their parts add up to.

Multilevel analysis of individual heterogeneity and discriminatory accuracy (C. R. Evans,
D. R. Williams, J.-P. Onnela, S. V. Subramanian 2018; J. Merlo 2018). Strata are the combinations of
factors that personas have. Two mixed models are fitted, both with a random intercept for strata,
and for persona, rater, scenario, contrast, scenario by persona and reply where the rows tell them
apart:

* the **null model** has no factor; its share of variance between strata says how much of the spread
  of ratings goes by combination at all;
* the **additive model** has the main effects of the factors; what is left between strata goes
  beyond them. The fall of that variance is what adding up explains.

A stratum's **residual** is its conditional mode in the additive model: shrunken toward 0, so that
small strata do not stand out by chance. Its interval takes the variances and the main effects as
known. Shares of variance have percentile intervals from a parametric bootstrap of the additive
model. A binary outcome is modeled by a logit; its share is of the latent scale, whose rest has
variance pi^2 / 3 (H. Goldstein, W. Browne, J. Rasbash 2002).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import pi
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from toolkit.analysis.disparity import FEWEST
from toolkit.analysis.findings import (
    EXPLORATORY,
    PRIVACY_MINIMUM,
    Counts,
    Estimate,
    Finding,
    Speaks,
)
from toolkit.analysis.frames import Observations
from toolkit.analysis.intersection.strata import STRATUM, Strata, strata_of
from toolkit.analysis.mixed import Fit, fit, repeated, variance_test
from toolkit.errors import AnalysisError

Array = NDArray[np.float64]

QUESTION = "intersections"
BEYOND = "no spread between strata beyond main effects (likelihood ratio at its boundary)"
_NUMBERS = ["residual", "low", "high"]


@dataclass(frozen=True, slots=True)
class Intersections:
    """What crossed factors say about one outcome."""

    findings: tuple[Finding, ...]
    """Shares of variance before and after main effects, what these explain, then every stratum
    that is not suppressed."""
    table: pd.DataFrame = field(repr=False)
    """One row a stratum: ``stratum``, the factors, ``personas raters scenarios replies
    observations suppressed residual low high``. Numbers of a suppressed stratum are missing, and
    all of them where no spread between strata is seen."""
    variances: pd.DataFrame = field(repr=False)
    """One row a random factor: ``part before after``, variances in both models."""
    main_effects: pd.DataFrame = field(repr=False)
    """Coefficients of the additive model, as ``Fit.coefficients`` and without p-values: claims
    about factors are those of ``disparity``."""
    notes: tuple[str, ...] = ()
    """Plain sentences about the whole."""


def intersections(
    observations: Observations,
    factors: Sequence[str],
    *,
    privacy_minimum: int = PRIVACY_MINIMUM,
    level: float = 0.95,
    draws: int = 100,
    seed: int = 0,
    plan: str = EXPLORATORY,
) -> Intersections:
    """Compare strata of crossed factors with what their factors add up to.

    Args:
        observations: of one outcome and of stage confirm.
        factors: two or more columns of ``observations.people``.
        privacy_minimum: a stratum that fewer raters saw is not shown by itself.
        level: of intervals.
        draws: of the bootstrap; each refits both models, in about a tenth of a second for a
            study of a few hundred ratings.
        seed: of the bootstrap.
        plan: hash of the frozen plan that asks for it, or "exploratory".

    Raises:
        AnalysisError: if the observations are of stage explore, or a factor is not known.
    """
    strata = strata_of(observations, factors)
    say = _Saying(observations, strata, level, plan)
    try:
        models = _Models.of(observations, strata)
    except AnalysisError as problem:
        return _nothing(say, str(problem))
    if isinstance(models, str):
        return _nothing(say, models)
    table = _table(models, strata, level, observations.rated * privacy_minimum)
    notes = [*strata.notes, *models.notes(), *_suppression(table, privacy_minimum)]
    return Intersections(
        findings=(
            *_shares(models, say, draws, seed),
            *(say.stratum(row, models) for _, row in table.iterrows() if not row["suppressed"]),
        ),
        table=table,
        variances=models.variances(),
        main_effects=models.additive.coefficients.drop(columns="p"),
        notes=tuple(dict.fromkeys(notes)),
    )


@dataclass(frozen=True, slots=True)
class _Models:
    null: Fit
    additive: Fit

    @classmethod
    def of(cls, observations: Observations, strata: Strata) -> "_Models | str":
        """Fit both models, or say in a sentence why not."""
        if strata.rows.empty:
            return "No observation is of a persona whose factors are known, so there is no stratum."
        if STRATUM not in strata.groups:
            return f"All personas fall into {len(strata.table)} stratum; it takes two or more."
        order = " + side" if strata.rows["side"].nunique() > 1 else ""
        main = " + ".join(f"`{one}`" for one in strata.factors)
        rows = strata.rows.assign(weight=strata.rows["weight"].astype("float64"))
        additive = fit(
            rows,
            f"value ~ {main}{order}",
            strata.groups,
            family="binomial" if observations.scale == "binary" else "gaussian",
            weights="weight",
        )
        columns = [name for name in additive.coefficients["name"] if name != "Intercept"]
        own = [name for name in columns if name != "side"]
        if len(own) + 1 >= len(strata.table):
            return (
                f"{len(strata.table)} strata cannot be told from {len(own)} main "
                f"effect{'' if len(own) == 1 else 's'} and a mean; it takes more combinations of "
                "the factors than these."
            )
        if not additive.coefficients["estimable"].all():
            return additive.notes[0]
        return cls(additive.dropping(columns=own), additive)

    def notes(self) -> tuple[str, ...]:
        return (*self.additive.notes, *(one for one in self.null.notes if "side" in one))

    def variances(self) -> pd.DataFrame:
        before, after = self.null.sds**2, self.additive.sds**2
        return pd.DataFrame(
            {"part": before.index, "before": before.to_numpy(), "after": after.to_numpy()}
        )

    def numbers(self) -> Array:
        """Give share before, share after, and what main effects explain."""
        return _numbers(self.null, self.additive)

    def drawn(self, draws: int, seed: int) -> Array:
        def once(child: np.random.SeedSequence) -> Array:
            answers = self.additive.simulate(child)
            return _numbers(self.null.refit(answers), self.additive.refit(answers))

        return repeated(once, draws=draws, seed=seed)


def _numbers(null: Fit, additive: Fit) -> Array:
    before, after = _share(null), _share(additive)
    was, left = float(null.sds[STRATUM]) ** 2, float(additive.sds[STRATUM]) ** 2
    explained = 1 - left / was if was > 0 else 0.0
    return np.array([before, after, explained])


def _share(model: Fit) -> float:
    variances = model.sds**2
    rest = pi**2 / 3 if model.family == "binomial" else 0.0
    return float(variances[STRATUM] / (variances.sum() + rest))


def _table(models: _Models, strata: Strata, level: float, minimum: int) -> pd.DataFrame:
    modes = models.additive.random(STRATUM).astype({STRATUM: "str"}).set_index(STRATUM)
    modes = modes.reindex(strata.table[STRATUM])
    half = float(stats.norm.ppf((1 + level) / 2)) * modes["sd"].to_numpy()
    middle = modes["mode"].to_numpy()
    at, flat = _main(models.additive, strata), models.additive.sds[STRATUM] == 0
    numbers = [_natural(models.additive, at, one) for one in (middle, middle - half, middle + half)]
    table = strata.table.assign(suppressed=strata.table["raters"] < minimum)
    for name, values in zip(_NUMBERS, numbers, strict=True):
        table[name] = np.where(table["suppressed"] | flat, np.nan, values)
    return table


def _main(model: Fit, strata: Strata) -> Array:
    """Give the additive part of every stratum, on the scale of the linear predictor."""
    rows = strata.table[list(strata.factors)].assign(side=0.0)
    eta = model.linear_predictor(rows)
    if model.family == "binomial":
        intercept = model.coefficients.set_index("name")["estimate"]["Intercept"]
        eta = eta + float(intercept)
    return eta


def _natural(model: Fit, at: Array, shift: Array) -> Array:
    """Put a residual on the outcome's scale: of a rate, what it adds where all else is average."""
    if model.family == "gaussian":
        return shift
    return np.asarray(special.expit(at + shift) - special.expit(at))


def _shares(models: _Models, say: "_Saying", draws: int, seed: int) -> list[Finding]:
    values = models.numbers()
    drawn = models.drawn(draws, seed)
    if len(drawn) < 0.9 * draws:
        why = f"{draws - len(drawn)} of {draws} refits gave no number, so there is no interval."
        return [say.share(which, None, (why,), draws) for which in range(3)]
    low, high = np.quantile(drawn, [(1 - say.level) / 2, (1 + say.level) / 2], axis=0)
    alone = say.alone
    test = None
    if not alone:
        test = variance_test(models.additive.dropping(groups=[STRATUM]), models.additive)
    findings = []
    for which, value in enumerate(values):
        if which == 2 and models.null.sds[STRATUM] == 0:
            why = "Strata do not differ at all in the null model, so there is nothing to explain."
            findings.append(say.share(which, None, (why,), draws))
            continue
        # A percentile interval need not hold the estimate of a variance near its boundary.
        ends = min(float(low[which]), float(value)), max(float(high[which]), float(value))
        at = Estimate(value=float(value), low=ends[0], high=ends[1], level=say.level)
        tests = {BEYOND: test.p} if test and which == 1 else {}
        caveats = (*alone, *(test.notes if test and tests else ()))
        findings.append(say.share(which, at, caveats, draws, tests))
    return findings


_WORDS = (
    ("between strata", "share of the variance of {what} that lies between strata of {factors}"),
    (
        "between strata, beyond main effects",
        "share of the variance of {what} that lies between strata of {factors} once their main "
        "effects are taken out",
    ),
    (
        "explained by main effects",
        "share of the variance between strata of {factors} in {what} that their main effects "
        "explain",
    ),
)


@dataclass(frozen=True, slots=True)
class _Saying:
    """Puts numbers into findings."""

    observations: Observations
    strata: Strata
    level: float
    plan: str

    @property
    def speaks_of(self) -> Speaks:
        planned = self.strata.rows["origin"].eq("planned").fillna(False).all()
        return "in general" if planned and not self.alone else "these situations"

    @property
    def alone(self) -> tuple[str, ...]:
        """What there is but one of, in sentences; over that nothing is generalized."""
        counts = self._counts(self.strata.rows)
        said = [
            f"All of it was seen {one} only: this cannot generalize over {several}, so there is "
            "no p-value."
            for one, several, found in (
                ("in one scenario", "scenarios", counts.scenarios),
                ("by one rater", "raters", counts.raters),
            )
            if found == 1
        ]
        return tuple(said)

    def share(
        self,
        which: int,
        estimate: Estimate | None,
        caveats: tuple[str, ...],
        draws: int,
        tests: Mapping[str, float] | None = None,
    ) -> Finding:
        subject, words = _WORDS[which]
        more: dict[str, Any] = {}
        if estimate is not None:
            more = {"se_type": f"parametric bootstrap, {draws} draws"}
        return self._finding(
            subject=subject,
            estimand=words.format(
                what=self.observations.outcome, factors=" x ".join(self.strata.factors)
            ),
            verdict="not estimable" if estimate is None else "estimated",
            about="these personas",
            unit="share of variance",
            estimate=estimate,
            tests=tests or {},
            caveats=(*caveats, *self.strata.notes),
            n=self._counts(self.strata.rows),
            **more,
        )

    def stratum(self, row: "pd.Series[Any]", models: _Models) -> Finding:
        rows = self.strata.rows[self.strata.rows[STRATUM].eq(row[STRATUM]).to_numpy()]
        flat = models.additive.sds[STRATUM] == 0
        estimate = None
        if not flat:
            estimate = Estimate(
                value=float(row["residual"]),
                low=float(row["low"]),
                high=float(row["high"]),
                level=self.level,
            )
        return self._finding(
            subject=str(row[STRATUM]),
            estimand=(
                f"how far {self.observations.outcome} of this combination lies from what "
                f"{' and '.join(self.strata.factors)} add up to"
            ),
            compared_with="main effects of its factors",
            verdict="not estimable" if estimate is None else "estimated",
            about="this factor" if self._many_personas else "these personas",
            unit=_unit(self.observations),
            estimate=estimate,
            se_type="" if flat else "conditional, variances and main effects taken as known",
            caveats=(_FLAT,) if flat else (_SHRUNKEN, *self.alone),
            n=self._counts(rows),
            replies=tuple(sorted(rows["reply"].dropna().astype("str").unique())),
        )

    @property
    def _many_personas(self) -> bool:
        """Whether every stratum has personas enough to stand for others like them."""
        return bool(self.strata.table["personas"].min() >= FEWEST)

    def _finding(self, **what: Any) -> Finding:
        return Finding(
            question=QUESTION,
            outcome=self.observations.outcome,
            speaks_of=self.speaks_of,
            stage=self.observations.stage,
            left_out=self.observations.left_out,
            plan=self.plan,
            simulated=self.observations.simulated,
            **what,
        )

    def _counts(self, rows: pd.DataFrame) -> Counts:
        names = {"raters": "rater", "scenarios": "scenario", "contrasts": "contrast"}
        names |= {"personas": "persona", "replies": "reply"}
        counts = {name: int(rows[column].nunique()) for name, column in names.items()}
        return Counts(**counts, observations=round(float(rows["weight"].sum())))


_FLAT = (
    "Beyond main effects no spread between strata is seen, so no combination can be told from "
    "what its factors add up to."
)
_SHRUNKEN = (
    "Shrunken toward 0, and not adjusted for the number of strata looked at, so it is no test; the "
    "interval takes the variances as known and is too short where strata are few."
)


def _unit(observations: Observations) -> str:
    if observations.scale == "likert":
        low, high = observations.bounds
        return f"points ({low:g} to {high:g})"
    return {"binary": "difference in share", "preference": "points (-1 to 1)"}.get(
        observations.scale, "units of the outcome"
    )


def _suppression(table: pd.DataFrame, minimum: int) -> tuple[str, ...]:
    hidden = int(table["suppressed"].sum())
    if not hidden:
        return ()
    return (
        f"{hidden} of {len(table)} strata were seen by fewer than {minimum} raters and are not "
        "shown by themselves.",
    )


def _nothing(say: _Saying, why: str) -> Intersections:
    missing = {name: np.full(len(say.strata.table), np.nan) for name in _NUMBERS}
    return Intersections(
        findings=tuple(say.share(which, None, (why,), 0) for which in range(3)),
        table=say.strata.table.assign(suppressed=False, **missing),
        variances=pd.DataFrame(columns=["part", "before", "after"]),
        main_effects=pd.DataFrame(columns=["name", "estimate", "se", "df", "low", "high"]),
        notes=(*say.strata.notes, why),
    )
