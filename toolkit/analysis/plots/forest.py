"""Forest plot of disparities: who is treated differently, by how much, how sure.

One row a comparison: the estimate with its interval, below it both null arms with theirs, behind
all of them the band of differences that would not matter, and beside them the verdict in words.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pandas as pd

from toolkit.analysis.engine import VERDICTS, Side
from toolkit.analysis.findings import (
    SIMULTANEOUS,
    Estimate,
    Finding,
    columns_of,
    findings_frame,
    require_findings,
)
from toolkit.analysis.frames import NULL_ARMS
from toolkit.analysis.plots.canvas import (
    BLUE,
    GRAY,
    INK,
    NAMED,
    PURPLE,
    SKY,
    VERMILION,
    sign,
)
from toolkit.analysis.plots.figure import Figure, between, figure_of, nothing
from toolkit.analysis.plots.interval_rows import Line, Look, Mark, draw_rows

if TYPE_CHECKING:
    from matplotlib.artist import Artist

_LOOKS = {
    "differs": Look(VERMILION, "D"),
    "equivalent": Look(BLUE),
    "not worse": Look(BLUE, "s"),
    "not better": Look(BLUE, "s"),
    "real but negligible": Look(PURPLE, "D", filled=False),
    "inconclusive": Look(INK, filled=False),
    "paraphrase": Look(GRAY, "s", filled=False, size=4.0, width=1.0),
    "resample": Look(SKY, "^", filled=False, size=4.0, width=1.0),
}
"""Verdict or null arm to the look of its mark."""
_ADJUSTED = "Verdicts are adjusted for how many there are in their family; intervals are not."
_OTHER = Look(GRAY)


def forest(
    findings: Sequence[Finding],
    *,
    truth: Mapping[str, float] | None = None,
    title: str = "Difference from the reference",
    order: Literal["estimate", "given"] = "estimate",
) -> Figure:
    """Draw findings of one outcome below one another.

    Of more than 60 the 60 farthest from 0 are drawn; the numbers hold all.

    Args:
        findings: of one outcome and unit.
        truth: subject to the true difference, where a control record knows it.
        title: what the figure is about.
        order: by the estimate, lowest first, or as given. Not estimable ones come last.
    """
    require_findings(findings, "forest")
    alike, known = _alike(findings), truth or {}
    numbers = _numbers(findings, alike=alike)
    if known:
        numbers["truth"] = numbers["subject"].map(dict(known))
    if not findings:
        return nothing(title, "No comparison was made.", numbers)
    drawn = _drawn(findings, order)
    margins, simulated = {one.margin for one in findings}, any(one.simulated for one in findings)
    margin = margins.pop() if len(margins) == 1 else None
    side = findings[0].margin_side
    lines = [_line(one, drawn, known.get(one.subject), beside=not alike) for one in drawn]
    if alike:
        lines += [
            Line(arm, Mark(at, _LOOKS[arm]), (at.text(), "null arm", ""))
            for arm, at in _shared(findings).items()
        ]
    canvas = draw_rows(
        title,
        lines,
        simulated=simulated,
        columns=_columns(findings),
        label=_axis(findings, margin, side),
        band=None if margin is None else _band(margin, side),
        handles=_looks(drawn, alike=alike, truth=bool(known)),
    )
    alt = _alt(title, findings, len(drawn), margin, side)
    return figure_of(canvas, numbers, alt, simulated=simulated)


def _numbers(findings: Sequence[Finding], *, alike: bool) -> pd.DataFrame:
    """One row a finding, and one a null arm beside it: once, when all have the same."""
    table = findings_frame(findings)
    table["arm"] = [one.subject if one.subject in NULL_ARMS else "swap" for one in findings]
    drawn = [(one, arm, at) for one in findings for arm, at in one.null_arms.items()]
    if alike:
        drawn = [(findings[0], arm, at) for arm, at in _shared(findings).items()]
    beside = [
        {
            "subject": arm if alike else one.subject,
            "outcome": one.outcome,
            "compared_with": one.compared_with,
            "arm": arm,
            **columns_of(at),
            "level": at.level,
            "unit": one.unit,
            "verdict": "null arm",
            "simulated": one.simulated,
        }
        for one, arm, at in drawn
    ]
    if not beside:
        return table
    nulls = pd.DataFrame(beside).reindex(columns=table.columns)
    both = pd.concat([table.astype("object"), nulls.astype("object")], ignore_index=True)
    return both.infer_objects()


def _drawn(findings: Sequence[Finding], order: str) -> list[Finding]:
    """Choose the rows and their order."""
    far = sorted(findings, key=lambda one: -abs(one.estimate.value) if one.estimate else 1.0)
    chosen = {id(one) for one in far[:NAMED]}
    kept = [one for one in findings if id(one) in chosen]
    if order == "estimate":
        kept.sort(key=lambda one: (one.estimate.value if one.estimate else 0.0, one.subject))
    return sorted(kept, key=lambda one: one.estimate is None)


def _line(one: Finding, all_of: Sequence[Finding], truth: float | None, *, beside: bool) -> Line:
    parts = [one.subject]
    if len({other.outcome for other in all_of}) > 1:
        parts.append(one.outcome)
    if len({other.speaks_of for other in all_of}) > 1 and one.speaks_of != "in general":
        parts.append(one.speaks_of)
    mark = Mark(one.estimate, _LOOKS.get(one.verdict, _OTHER)) if one.estimate else None
    return Line(
        " · ".join(parts),
        mark,
        (one.estimate.text() if one.estimate else "–", one.verdict, _counts(one)),
        tuple(Mark(at, _LOOKS[arm]) for arm, at in one.null_arms.items()) if beside else (),
        truth,
    )


def _columns(findings: Sequence[Finding]) -> tuple[str, str, str]:
    levels = {one.estimate.level for one in findings if one.estimate}
    of = f"{levels.pop():.0%} ".replace("%", " %") if len(levels) == 1 else ""
    return f"estimate [{of}interval]", "verdict", "n · raters · situations"


def _counts(one: Finding) -> str:
    counted = (one.n.observations, one.n.raters, one.n.scenarios)
    return " · ".join(str(n) if n else "–" for n in counted) if any(counted) else "–"


def _alike(findings: Sequence[Finding]) -> bool:
    """Whether all rows have the same null arms, which are then drawn once."""
    each = [dict(one.null_arms) for one in findings if one.null_arms]
    return len(each) > 1 and all(one == each[0] for one in each)


def _shared(findings: Sequence[Finding]) -> Mapping[str, Estimate]:
    """The null arms of all rows, but for those that are rows themselves."""
    own = {one.subject for one in findings}
    first = next(one.null_arms for one in findings if one.null_arms)
    return {arm: at for arm, at in first.items() if arm not in own}


def _axis(findings: Sequence[Finding], margin: float | None, side: Side) -> str:
    units = sorted({one.unit for one in findings if one.unit})
    label = f"difference, {', '.join(units)}" if units else "difference"
    if margin is not None:
        label += f"; shaded: {_within(margin, side)}, the margin"
    if any(map(_adjusted, findings)):
        label += f"\n{_ADJUSTED}"
    return label


def _band(margin: float, side: Side) -> tuple[float, float]:
    """From where to where a difference would not matter; infinite to a harmless side."""
    return (
        -float("inf") if side == "high" else -margin,
        float("inf") if side == "low" else margin,
    )


def _within(margin: float, side: Side) -> str:
    """Say what lies within the margin."""
    words = {
        "both": f"within ±{margin:g}",
        "low": f"above −{margin:g}",
        "high": f"below {margin:g}",
    }
    return words[side]


def _adjusted(one: Finding) -> bool:
    """Whether the verdict is adjusted and the interval is not."""
    return one.p_adjusted is not None and SIMULTANEOUS not in one.se_type


def _looks(drawn: Sequence[Finding], *, alike: bool, truth: bool) -> "Iterator[Artist]":
    """Say what each shape means, of those that occur."""
    met: set[str] = {one.verdict for one in drawn}
    if not alike:
        met |= {arm for one in drawn for arm in one.null_arms}
    for name, look in _LOOKS.items():
        if name in met:
            shape = {"markersize": look.size + 0.5, "markerfacecolor": look.face}
            yield sign(look.shape, look.color, name, linewidth=1.5, **shape)
    if truth:
        yield sign("x", VERMILION, "true difference", linewidth=0)


def _alt(
    title: str, findings: Sequence[Finding], drawn: int, margin: float | None, side: Side
) -> str:
    known = [one for one in findings if one.estimate]
    verdicts = [one.verdict for one in findings]
    said = ", ".join(f"{verdicts.count(one)} {one}" for one in VERDICTS if one in verdicts)
    n = [one.n.observations for one in known] or [0]
    each = between(min(n), max(n), each=" each" if known else "")
    parts = [f"{title}: {len(known)} estimates with intervals, {each}.", f"Verdicts: {said}."]
    different = [
        f"{one.subject} {one.estimate.text()}"
        for one in known
        if one.estimate and one.verdict in ("differs", "real but negligible")
    ]
    if different:
        parts.append(f"Different: {'; '.join(different)}.")
    if drawn < len(findings):
        parts.append(f"The {drawn} farthest from 0 are drawn.")
    if any(one.null_arms for one in findings):
        parts.append("The null arms stand beside with their intervals.")
    if margin is not None:
        what = f"within {margin:g} of no difference" if side == "both" else _within(margin, side)
        parts.append(f"Shaded is what lies {what}.")
    if any(map(_adjusted, findings)):
        parts.append(_ADJUSTED)
    return " ".join(parts)
