"""Planted controls: the primary test held against records whose true effects are known.

A record rated by simulated raters keeps how they judged and what true effects follow. Each interval
is held against its truth. The arm ``resample`` is the reference once more (A/A): of a scripted
endpoint its truth is 0, of a language model it is what chance made of the replies.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from toolkit.analysis.disparity import disparity
from toolkit.analysis.findings import Estimate, Finding, columns_of
from toolkit.analysis.frames import (
    NULL_ARMS,
    Observations,
    confirm_design,
    load_frames,
    observe,
)
from toolkit.analysis.power.monte_carlo import share_of
from toolkit.errors import AnalysisError
from toolkit.record import Record, Simulation

_COLUMNS = [
    *("arm", "control", "truth", "estimate", "low", "high", "covers", "verdict", "observations")
]


@dataclass(frozen=True, slots=True)
class Controls:
    """Intervals beside their truths."""

    table: pd.DataFrame = field(repr=False)
    """One row an arm: ``arm``, ``control`` (``effect``, ``no effect`` or ``A/A``), ``truth``,
    ``estimate``, ``low``, ``high``, ``covers``, ``verdict``, ``observations``. Arms without an
    interval are missing in these columns."""
    findings: tuple[Finding, ...]
    covered: Estimate | None
    """Share of the intervals that hold their truth, with its exact interval as if they were
    independent; None without any."""
    notes: tuple[str, ...]


def controls(record: Record) -> Controls:
    """Hold the primary test against the truth that a simulated record keeps.

    Args:
        record: rated by simulated raters; it is only read. Of several freezes that of the newest
            run counts.

    Raises:
        AnalysisError: if no simulated raters rated it.
    """
    asked = confirm_design(record)
    known = [row for row in record.rows(Simulation) if row.confirm_hash == asked.confirm_hash]
    if not known:
        raise AnalysisError(
            f"controls: got {record.place}, in which no simulated raters rated; wanted a record "
            "whose true effects are known. Make one with `parallax sample --stage confirm`, or "
            "read results/sample/planted.jsonl.gz."
        )
    frames = load_frames(record, stage="confirm", confirm_hash=asked.confirm_hash)
    observed = observe(frames, asked.analysis.primary, design=asked)
    return controls_of(
        observed, known[-1].truth, margin=asked.analysis.margin, plan=asked.confirm_hash
    )


def controls_of(
    observations: Observations,
    truth: Mapping[str, float],
    *,
    margin: float | None = None,
    plan: str = "",
) -> Controls:
    """Hold the primary test against true effects.

    Args:
        observations: of the outcome that the effects are about.
        truth: label of an arm to its true effect: ``swap amara-okafor``, ``resample``, …
        margin: as for ``disparity``.
        plan: hash of the plan that asks for it.
    """
    made = disparity(observations, margin=margin, plan=plan)
    findings = (*made.findings, *made.null_arms)
    table = pd.DataFrame([_row(one, truth) for one in findings], columns=_COLUMNS)
    held = table["covers"].dropna().to_numpy(dtype=bool)
    covered = share_of(held, level=0.95) if len(held) else None
    return Controls(table, findings, covered, tuple(_notes(table, covered)))


def _row(finding: Finding, truth: Mapping[str, float]) -> dict[str, object]:
    arm = finding.subject if finding.subject in NULL_ARMS else f"swap {finding.subject}"
    at, real = finding.estimate, truth.get(arm)
    covers = None if at is None or real is None else at.low <= real <= at.high
    return {
        "arm": arm,
        "control": "A/A" if arm == "resample" else "effect" if real else "no effect",
        "truth": real,
        **columns_of(at),
        "covers": covers,
        "verdict": finding.verdict,
        "observations": finding.n.observations,
    }


def _notes(table: pd.DataFrame, covered: Estimate | None) -> Iterator[str]:
    if covered is None:
        yield "No arm has both an interval and a known truth, so nothing was checked."
        return
    share = covered.text(2, signed=False)
    yield (
        f"{table['covers'].eq(True).sum()} of {table['covers'].notna().sum()} intervals hold their "
        f"truth: {share} of them, wanted 0.95."
    )
    for control, rows in table.groupby("control", sort=False):
        said = rows["verdict"].isin(["differs", "real but negligible"])
        yield f"{control}: {said.sum()} of {len(rows)} said to differ."
    without = table["covers"].isna().sum()
    if without:
        yield f"{without} without an interval or without a known truth."
