"""Intersectional effects: whether combinations of factors go beyond the sum of their parts.

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
from dataclasses import dataclass, field, replace
from math import pi
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special, stats

from toolkit.analysis.disparity import FEWEST
from toolkit.analysis.engine import Floats
from toolkit.analysis.findings import Counts, Estimate, Finding, too_few
from toolkit.analysis.frames import Observations
from toolkit.analysis.intersection.strata import STRATUM, Strata, strata_of
from toolkit.analysis.mixed import Fit, fit, repeated, variance_test
from toolkit.design import PRIVACY_MINIMUM
from toolkit.errors import AnalysisError

QUESTION = "intersections"
BEYOND = "no spread between strata beyond main effects (likelihood ratio at its boundary)"
_Share = tuple[Estimate | None, tuple[str, ...], Mapping[str, float]]
"""A share of variance, what limits it, and its tests."""
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
    draws: int = 100,
    seed: int = 0,
) -> Intersections:
    """Compare strata of crossed factors with what their factors add up to.

    Args:
        observations: of one outcome and of stage confirm.
        factors: two or more columns of ``observations.people``.
        privacy_minimum: a stratum that fewer raters saw is not shown by itself.
        draws: of the bootstrap; each refits both models, in about a tenth of a second for a
            study of a few hundred ratings.
        seed: of the bootstrap.

    Raises:
        AnalysisError: if the observations are of stage explore, or a factor is not known.
    """
    strata = strata_of(observations, factors)
    bare = _bare(observations, strata.rows)
    shares = [
        (subject, words.format(what=observations.outcome, factors=" x ".join(factors)))
        for subject, words in _WORDS
    ]
    try:
        models = _models(observations, strata)
    except AnalysisError as problem:
        models = str(problem)
    if isinstance(models, str):
        return _nothing(models, strata, replace(bare, caveats=(models, *strata.notes)), shares)
    table = _table(models, strata, observations.rated * privacy_minimum)
    how = f"parametric bootstrap, {draws} draws"
    explained = tuple(
        bare.estimated(*named, at, se_type=how, tests=tests, caveats=(*caveats, *strata.notes))
        for named, (at, caveats, tests) in zip(shares, _shares(models, draws, seed), strict=True)
    )
    kept = table[~table["suppressed"]]
    told = tuple(_stratum(row, observations, strata, models, bare) for _, row in kept.iterrows())
    of_null = (one for one in models.null.notes if "side" in one)
    notes = (*observations.notes, *strata.notes, *models.additive.notes, *of_null)
    return Intersections(
        findings=(*explained, *told),
        table=table,
        variances=_variances(models),
        main_effects=models.additive.coefficients.drop(columns="p"),
        notes=tuple(dict.fromkeys((*notes, *_suppression(table, privacy_minimum)))),
    )


def _nothing(
    why: str, strata: Strata, bare: Finding, shares: Sequence[tuple[str, str]]
) -> Intersections:
    return Intersections(
        findings=tuple(replace(bare, subject=one, estimand=words) for one, words in shares),
        table=strata.table.assign(suppressed=False, **dict.fromkeys(_NUMBERS, np.nan)),
        variances=pd.DataFrame(columns=["part", "before", "after"]),
        main_effects=pd.DataFrame(columns=["name", "estimate", "se", "df", "low", "high"]),
        notes=(*strata.notes, why),
    )


def _variances(models: "_Models") -> pd.DataFrame:
    both = {"before": models.null.sds**2, "after": models.additive.sds**2}
    numbers = {name: one.to_numpy() for name, one in both.items()}
    return pd.DataFrame({"part": both["before"].index, **numbers})


class _Models(NamedTuple):
    null: Fit
    additive: Fit


def _models(observations: Observations, strata: Strata) -> _Models | str:
    """Fit both models, or say in a sentence why not."""
    if strata.rows.empty:
        return "No observation is of a persona whose factors are known, so there is no stratum."
    counts = Counts.of(strata.rows)
    raters = counts.raters if observations.rated else None
    if why := too_few("All of it", scenarios=counts.scenarios, raters=raters):
        return why
    if STRATUM not in strata.groups:
        return f"All personas fall into {len(strata.table)} stratum; it takes two or more."
    order = " + side" if strata.rows["side"].nunique() > 1 else ""
    main = " + ".join(f"`{one}`" for one in strata.factors)
    additive = fit(
        strata.rows.astype({"weight": "float64"}),
        f"value ~ {main}{order}",
        strata.groups,
        family="binomial" if observations.scale == "binary" else "gaussian",
        weights="weight",
    )
    own = [one for one in additive.coefficients["name"] if one not in ("Intercept", "side")]
    if len(own) + 1 >= len(strata.table):
        return (
            f"{len(strata.table)} strata cannot be told from {len(own)} main "
            f"effect{'' if len(own) == 1 else 's'} and a mean; it takes more combinations of "
            "the factors than these."
        )
    if not additive.coefficients["estimable"].all():
        return additive.notes[0]
    return _Models(additive.dropping(columns=own), additive)


def _bare(observations: Observations, rows: pd.DataFrame) -> Finding:
    """What all findings share."""
    planned = rows["origin"].eq("planned").fillna(False).all()
    return Finding(
        question=QUESTION,
        outcome=observations.outcome,
        about="these personas",
        speaks_of="in general" if planned else "these situations",
        stage=observations.stage,
        unit="share of variance",
        n=Counts.of(rows),
        left_out=observations.left_out,
        simulated=observations.simulated,
    )


def _three(null: Fit, additive: Fit) -> Floats:
    """Give share before, share after, and what main effects explain."""
    was, left = float(null.sds[STRATUM]) ** 2, float(additive.sds[STRATUM]) ** 2
    return np.array([_share(null), _share(additive), 1 - left / was if was > 0 else 0.0])


def _share(model: Fit) -> float:
    variances = model.sds**2
    rest = pi**2 / 3 if model.family == "binomial" else 0.0
    return float(variances[STRATUM] / (variances.sum() + rest))


def _table(models: _Models, strata: Strata, minimum: int) -> pd.DataFrame:
    modes = models.additive.random(STRATUM).astype({STRATUM: "str"}).set_index(STRATUM)
    modes = modes.reindex(strata.table[STRATUM])
    half = float(stats.norm.ppf(0.975)) * modes["sd"].to_numpy()
    middle = modes["mode"].to_numpy()
    at, flat = _main(models.additive, strata), models.additive.sds[STRATUM] == 0
    table = strata.table.assign(suppressed=strata.table["raters"] < minimum)
    for name, shift in zip(_NUMBERS, (middle, middle - half, middle + half), strict=True):
        values = shift
        if models.additive.family != "gaussian":
            # Of a rate, what it adds where all else is average.
            values = special.expit(at + shift) - special.expit(at)
        table[name] = np.where(table["suppressed"] | flat, np.nan, values)
    return table


def _main(model: Fit, strata: Strata) -> Floats:
    """Give the additive part of every stratum, on the scale of the linear predictor."""
    eta = model.linear_predictor(strata.table[list(strata.factors)].assign(side=0.0))
    if model.family == "binomial":
        intercept = model.coefficients.set_index("name")["estimate"]["Intercept"]
        eta = eta + float(intercept)
    return eta


def _shares(models: _Models, draws: int, seed: int) -> list[_Share]:
    """Give every share, before and after main effects, and what these explain."""

    def once(child: np.random.SeedSequence) -> Floats:
        answers = models.additive.simulate(child)
        return _three(models.null.refit(answers), models.additive.refit(answers))

    drawn = repeated(once, draws=draws, seed=seed)
    if len(drawn) < 0.9 * draws:
        why = f"{draws - len(drawn)} of {draws} refits gave no number, so there is no interval."
        return [(None, (why,), {})] * 3
    values = _three(*models)
    # A percentile interval need not hold the estimate of a variance near its boundary.
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    ends = np.array([values, np.minimum(low, values), np.maximum(high, values)])
    before, after, explained = (
        Estimate(value=value, low=low, high=high) for value, low, high in ends.T.tolist()
    )
    test = variance_test(models.additive.dropping(groups=[STRATUM]), models.additive)
    told: list[_Share] = [
        (before, (), {}),
        (after, test.notes, {BEYOND: test.p}),
        (explained, (), {}),
    ]
    if models.null.sds[STRATUM] == 0:
        why = "Strata do not differ at all in the null model, so there is nothing to explain."
        told[2] = (None, (why,), {})
    return told


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
_FLAT = (
    "Beyond main effects no spread between strata is seen, so no combination can be told from "
    "what its factors add up to."
)
_SHRUNKEN = (
    "Shrunken toward 0, and not adjusted for the number of strata looked at, so it is no test; the "
    "interval takes the variances as known and is too short where strata are few."
)


def _stratum(
    row: "pd.Series[Any]",
    observations: Observations,
    strata: Strata,
    models: _Models,
    bare: Finding,
) -> Finding:
    rows = strata.rows[strata.rows[STRATUM].eq(row[STRATUM]).to_numpy()]
    flat = models.additive.sds[STRATUM] == 0
    value, low, high = (float(row[one]) for one in _NUMBERS)
    return bare.estimated(
        str(row[STRATUM]),
        f"how far {observations.outcome} of this combination lies from what "
        f"{' and '.join(strata.factors)} add up to",
        None if flat else Estimate(value=value, low=low, high=high),
        compared_with="main effects of its factors",
        # With personas enough, a stratum stands for others like them.
        about="this factor" if strata.table["personas"].min() >= FEWEST else "these personas",
        unit=observations.of.unit,
        se_type="conditional, variances and main effects taken as known",
        caveats=(_FLAT,) if flat else (_SHRUNKEN,),
        n=Counts.of(rows),
        replies=tuple(sorted(rows["reply"].dropna().astype("str").unique())),
    )


def _suppression(table: pd.DataFrame, minimum: int) -> tuple[str, ...]:
    hidden = int(table["suppressed"].sum())
    if not hidden:
        return ()
    return (
        f"{hidden} of {len(table)} strata were seen by fewer than {minimum} raters and are not "
        "shown by themselves.",
    )
