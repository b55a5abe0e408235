"""How far raters can be relied on: agreement, severity, repeats, attention, drift.

Low agreement is no defect of raters: people may see one reply differently with good reason. So
distributions are kept, nothing is decided by majority, and agreement within groups of raters is
set against that across them. What agreement does tell is how much a single rating says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from toolkit.analysis.findings import EXPLORATORY, Finding, columns_of
from toolkit.analysis.frames import Frames
from toolkit.analysis.reliability.alpha import alpha_of
from toolkit.analysis.reliability.chance import ac1_of, cohen_of, fleiss_of
from toolkit.analysis.reliability.components import (
    Components,
    components,
    icc_from,
    no_severity,
)
from toolkit.analysis.reliability.findings import (
    Context,
    of_attention,
    of_coefficient,
    of_drift,
    of_groups,
    of_repeats,
    of_severity,
)
from toolkit.analysis.reliability.groups import GroupAgreement, group_agreement
from toolkit.analysis.reliability.icc import icc_of
from toolkit.analysis.reliability.items import (
    Coefficient,
    ItemsByRaters,
    Level,
    items_by_raters,
)
from toolkit.analysis.reliability.raters import (
    Drift,
    attention,
    distributions,
    drift,
    retest,
    straight_lining,
)
from toolkit.analysis.reliability.rows import judgments

_LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")


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
    """One row a rater: ``rater ratings severity low high``; see ``severity_of``."""
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
    flag: float = 2,
    groups: Mapping[str, str] | None = None,
    draws: int = 2000,
    plan: str = EXPLORATORY,
) -> Reliability:
    """Say how far the raters of one outcome agree, with each other and with themselves.

    Agreement rests on replies that two raters or more judged; repeats and attention items are
    kept out of it and looked at by themselves.

    Args:
        frames: of stage confirm, from one confirm freeze.
        outcome: a question's id, or ``preference``.
        seed: of resamples.
        level: at which Krippendorff's alpha is a finding; the others stand in the table.
        flag: a rating of this or less counts as a flag, for AC1 and kappa.
        groups: rater to group, for agreement within and across groups.
        draws: resamples.
        plan: hash of the frozen plan that asked, or ``exploratory``.

    Raises:
        AnalysisError: if the frames hold explore rows, several freezes, or no such outcome.
    """
    of, rows = frames.outcome(outcome), judgments(frames, outcome)
    compared = rows[rows["apart"].isna() & rows["value"].notna()]
    context = Context.of(rows, compared, of, plan)
    ratings = _ratings(compared)
    items = items_by_raters(ratings)
    parts = components(items)
    alphas = _alphas(items, level, seed=seed, draws=draws)
    others = (*_correlations(items, parts), *_flags(ratings, flag, paired=of.paired))
    coefficients = [*alphas, *others]
    within = group_agreement(items, groups, level=level, seed=seed)
    seen = _Seen(parts, within, retest(rows), attention(rows), drift(_named(compared)))
    straight = straight_lining(rows if of.paired else frames.item_ratings, outcome)
    findings = (
        *(of_coefficient(one, context) for one in _told(coefficients)),
        *seen.findings(context, level=level, seed=seed, draws=draws),
    )
    return Reliability(
        outcome=outcome,
        level=level,
        findings=findings,
        agreement=_tidy(coefficients),
        severity=no_severity() if isinstance(parts, str) else parts.severity,
        groups=seen.groups.table,
        retest=seen.repeats,
        attention=seen.known,
        drift=seen.drift.table,
        straight_lining=straight,
        distributions=distributions(ratings),
        says=_says(findings, straight),
        simulated=context.simulated,
    )


class _Seen(NamedTuple):
    """What was seen of raters besides their agreement."""

    parts: Components | str
    groups: GroupAgreement
    repeats: pd.DataFrame
    known: pd.DataFrame
    drift: Drift

    def findings(
        self, context: Context, *, level: Level, seed: int, draws: int
    ) -> tuple[Finding, ...]:
        return (
            of_severity(self.parts, context),
            of_groups(self.groups, context),
            *of_repeats(self.repeats, context, level=level, seed=seed, draws=draws),
            of_attention(self.known, context),
            of_drift(self.drift, context),
        )


def _ratings(compared: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": compared["unit_id"].to_numpy(),
            "rater": compared["participant_id"].astype("str").to_numpy(),
            "value": compared["value"].to_numpy(dtype="float64"),
        }
    )


def _alphas(items: ItemsByRaters, level: Level, *, seed: int, draws: int) -> list[Coefficient]:
    """Alpha at every level, the one asked for first."""
    levels = sorted(_LEVELS, key=lambda one: one != level)
    return [alpha_of(items, level=one, seed=seed, draws=draws) for one in levels]


def _correlations(items: ItemsByRaters, parts: Components | str) -> tuple[Coefficient, Coefficient]:
    """ICC by analysis of variance where the table is complete, else from the mixed fit."""
    whole = icc_of(items)
    return whole if whole[0].estimate else icc_from(items, parts)


def _flags(ratings: pd.DataFrame, flag: float, *, paired: bool) -> list[Coefficient]:
    """Agreement on a rating of ``flag`` or less, whose rarity kappa takes badly."""
    of = f"a rating of {flag:g} or less"
    if paired:
        flag, of = -1, "the reference's reply preferred"
    flagged = items_by_raters(ratings.assign(value=ratings["value"].le(flag).astype("float64")))
    return [ac1_of(flagged, of=of), fleiss_of(flagged, of=of), cohen_of(flagged, of=of)]


def _told(coefficients: list[Coefficient]) -> list[Coefficient]:
    """One alpha, the level asked for, and Cohen's kappa only where two raters rated."""
    alpha, others = coefficients[0], coefficients[len(_LEVELS) :]
    cohen = others.pop()
    return [alpha, *others, *([cohen] if cohen.estimate else [])]


def _named(compared: pd.DataFrame) -> pd.DataFrame:
    return compared.rename(
        columns={"participant_id": "rater", "contrast_id": "contrast", "persona_id": "persona"}
    )


def _says(findings: tuple[Finding, ...], straight: pd.DataFrame) -> tuple[str, ...]:
    said: list[str] = []
    for one in findings:
        if one.estimate is None:
            said.extend(one.caveats)
            continue
        low, high = (_number(end) for end in (one.estimate.low, one.estimate.high))
        said.append(
            f"{one.subject[0].upper()}{one.subject[1:]} ({one.estimand}): "
            f"{_number(one.estimate.value)}, 95 % interval {low} to {high}; "
            f"{one.n.observations} judgments by {one.n.raters} raters."
        )
    if len(straight):
        flat = int(straight["same_answer"].sum())
        said.append(f"{flat} of {len(straight)} raters gave one answer to every item.")
    return tuple(dict.fromkeys(said))


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _tidy(coefficients: list[Coefficient]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "measure": one.measure,
                "of": one.of,
                **columns_of(one.estimate),
                "level": one.estimate.level if one.estimate else None,
                "how": one.how,
                "items": one.items,
                "raters": one.raters,
                "ratings": one.ratings,
                "says": one.says,
            }
            for one in coefficients
        ]
    )
