"""Reliability of raters: agreement, severity, repeats, attention, drift.

Low agreement is no defect of raters: people may see one reply differently with good reason. So
distributions are kept, nothing is decided by majority, and agreement within groups of raters is
set against that across them. What agreement does tell is how much a single rating says.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import get_args

import pandas as pd

from toolkit.analysis.findings import Finding, columns_of
from toolkit.analysis.frames import Frames
from toolkit.analysis.reliability.all_judgments import judgments
from toolkit.analysis.reliability.categorical_agreement import (
    COHEN,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
)
from toolkit.analysis.reliability.group_agreement import group_agreement
from toolkit.analysis.reliability.icc import icc
from toolkit.analysis.reliability.items_by_raters import (
    Coefficient,
    ItemsByRaters,
    Level,
    items_by_raters,
)
from toolkit.analysis.reliability.krippendorff_alpha import krippendorff_alpha
from toolkit.analysis.reliability.rater_quality import (
    attention,
    distributions,
    drift,
    retest,
    straight_lining,
)
from toolkit.analysis.reliability.reliability_findings import (
    of_attention,
    of_coefficient,
    of_drift,
    of_groups,
    of_nothing,
    of_repeats,
    of_severity,
)
from toolkit.analysis.reliability.variance_components import NO_SEVERITY, components
from toolkit.design import outcome_named


@dataclass(frozen=True, slots=True)
class Reliability:
    """What can be said of the raters of one outcome."""

    outcome: str
    level: Level
    """At which alpha's finding is given."""
    findings: tuple[Finding, ...]
    agreement: pd.DataFrame = field(repr=False)
    """One row a coefficient: ``measure of estimate low high level how items raters ratings
    says``; an estimate that could not be had is missing and ``says`` why."""
    severity: pd.DataFrame = field(repr=False)
    """One row a rater: ``rater ratings severity low high``; above 0 is more severe."""
    groups: pd.DataFrame = field(repr=False)
    """Agreement within and across groups of raters; empty when the groups are not known."""
    retest: pd.DataFrame = field(repr=False)
    """One row a repeated item: ``rater reply first second change items_between``."""
    attention: pd.DataFrame = field(repr=False)
    """One row a rater: ``rater answered passed declined``."""
    drift: pd.DataFrame = field(repr=False)
    """Adjusted ratings by place in the list, with intervals."""
    straight_lining: pd.DataFrame = field(repr=False)
    """One row a rater: how often they gave one answer to all."""
    distributions: pd.DataFrame = field(repr=False)
    """How often each value was given, by item and by rater."""
    says: tuple[str, ...]
    """Complete sentences, in the order of the findings."""
    simulated: bool


def reliability(
    frames: Frames,
    outcome: str,
    *,
    seed: int,
    level: Level = "ordinal",
    groups: Mapping[str, str] | None = None,
    draws: int = 2000,
) -> Reliability:
    """Say how far the raters of one outcome agree, with each other and with themselves.

    Agreement rests on replies that two raters or more judged; repeats and attention items are
    kept out of it and looked at by themselves. A rating of 2 or less counts as a flag, for AC1 and
    kappa; of pairs, that the reference's reply is preferred.

    Args:
        frames: of stage confirm, from one confirm freeze.
        outcome: a question's id, or ``preference``.
        seed: of resamples.
        level: at which Krippendorff's alpha is a finding; the others stand in the table.
        groups: rater to group, for agreement within and across groups.
        draws: resamples.

    Raises:
        AnalysisError: if the frames hold explore rows, several freezes, or no such outcome, or the
            level is unknown.
    """
    of, rows = outcome_named(outcome), judgments(frames, outcome)
    compared = rows[rows["apart"].isna() & rows["value"].notna()]
    ratings = _ratings(compared)
    items = items_by_raters(ratings)
    parts = components(items)
    alphas = _alphas(items, level, seed, draws)
    others = [*icc(items, parts), *_flags(ratings, paired=of.paired)]
    within = group_agreement(items, groups, level=level, seed=seed)
    repeats, known, drifted = retest(rows), attention(rows), drift(compared)
    straight = straight_lining(rows if of.paired else frames.item_ratings, outcome)
    bare = of_nothing(rows, compared, of)
    findings = (
        *(of_coefficient(one, compared, bare) for one in _told(alphas[0], others)),
        of_severity(parts, bare),
        of_groups(within, bare),
        *of_repeats(repeats, bare, level=level, seed=seed, draws=draws),
        of_attention(known, bare),
        of_drift(drifted, bare),
    )
    return Reliability(
        outcome=outcome,
        level=level,
        findings=findings,
        agreement=_tidy([*alphas, *others]),
        severity=NO_SEVERITY if isinstance(parts, str) else parts.severity,
        groups=within.table,
        retest=repeats,
        attention=known,
        drift=drifted.table,
        straight_lining=straight,
        distributions=distributions(ratings),
        says=_says(findings, straight),
        simulated=bare.simulated,
    )


def _ratings(compared: pd.DataFrame) -> pd.DataFrame:
    named = compared.rename(columns={"unit_id": "item", "participant_id": "rater"})
    return named[["item", "rater", "value"]].astype({"rater": "str", "value": "float64"})


def _alphas(items: ItemsByRaters, level: Level, seed: int, draws: int) -> list[Coefficient]:
    """Alpha at every level, the one asked for first."""
    levels: list[Level] = [level, *(one for one in get_args(Level) if one != level)]
    return [krippendorff_alpha(items, level=one, seed=seed, draws=draws) for one in levels]


def _told(alpha: Coefficient, others: list[Coefficient]) -> list[Coefficient]:
    """One alpha, and Cohen's kappa only where two raters rated."""
    return [alpha, *(one for one in others if one.measure != COHEN or one.estimate)]


def _flags(ratings: pd.DataFrame, *, paired: bool) -> list[Coefficient]:
    """Agreement on a low rating, whose rarity kappa takes badly."""
    most, of = (-1, "the reference's reply preferred") if paired else (2, "a rating of 2 or less")
    flagged = items_by_raters(ratings.assign(value=ratings["value"].le(most).astype("float64")))
    return [one(flagged, of=of) for one in (gwet_ac1, fleiss_kappa, cohen_kappa)]


def _says(findings: tuple[Finding, ...], straight: pd.DataFrame) -> tuple[str, ...]:
    said: list[str] = []
    for one in findings:
        if one.estimate is None:
            said.extend(one.caveats)
            continue
        value, low, high = (
            f"{number:.2f}".replace("-", "−")
            for number in (one.estimate.value, one.estimate.low, one.estimate.high)
        )
        said.append(
            f"{one.subject[0].upper()}{one.subject[1:]} ({one.estimand}): {value}, 95 % interval "
            f"{low} to {high}; {one.n.observations} judgments by {one.n.raters} raters."
        )
    if len(straight):
        flat = int(straight["same_answer"].sum())
        said.append(f"{flat} of {len(straight)} raters gave one answer to every item.")
    return tuple(dict.fromkeys(said))


def _tidy(coefficients: list[Coefficient]) -> pd.DataFrame:
    names = ["measure", "of", "estimate", "low", "high", "level", "how", "items", "raters"]
    rows = [
        {**asdict(one), **columns_of(one.estimate), "level": one.estimate and one.estimate.level}
        for one in coefficients
    ]
    return pd.DataFrame(rows)[[*names, "ratings", "says"]]
