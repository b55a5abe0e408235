"""A report as a folder: words, findings, tables and figures, there as a whole or not at all."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from toolkit.analysis.findings.finding_columns import FINDING_COLUMNS
from toolkit.analysis.frames.column import Column
from toolkit.analysis.frames.observations import observe
from toolkit.analysis.plan.figures import figures_of
from toolkit.analysis.plan.glossary import described
from toolkit.analysis.plan.report import Report
from toolkit.analysis.plan.saving import save_frames
from toolkit.analysis.plots import Figure
from toolkit.canon import new_id
from toolkit.errors import AnalysisError
from toolkit.record import write_whole

WORDS, FINDINGS, FRAMES, TABLES, FIGURES = (
    "report.txt",
    "findings.json",
    "frames",
    "tables",
    "figures",
)
_OF_RAW = ("replies", "raters", "items", "item_ratings", "choices", "guesses", "confirm_account")
_OF_FINDINGS = (
    Column("step", "str", "the question of the plan it answers"),
    Column("status", "str", "primary, secondary, account or exploratory"),
    *FINDING_COLUMNS,
)


def save_report(report: Report, folder: str | Path) -> Path:
    """Write a report to a folder that is replaced as a whole, readable by its owner only.

    ``report.txt`` is the report in words, ``findings.json`` every finding with the ids of its
    replies, ``frames/`` the rows everything was computed from, ``tables/`` the result tables, and
    ``figures/`` each figure as PNG with its numbers and its description. Beside tables stands a
    dictionary of their columns.

    Args:
        report: of ``run_plan``.
        folder: made if it is not there. One that is there is replaced if an earlier report is in
            it, and left alone otherwise.

    Raises:
        AnalysisError: if the folder holds something else.
        RecordUnwritable: if it cannot be written.
        RecordFull: if there is no room.
    """
    place = Path(folder).absolute()
    _require_ours(place, str(folder))
    made = place.with_name(f".{place.name}.{new_id()}.part")
    try:
        _write(report, made)
        _swap(made, place)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place


def _write(report: Report, place: Path) -> None:
    write_whole(place / WORDS, f"{report}\n".encode("utf-8", "backslashreplace"))
    text = json.dumps(report.content(), indent=1, allow_nan=False, sort_keys=False)
    write_whole(place / FINDINGS, text.encode("ascii") + b"\n")
    save_frames(_raw(report), place / FRAMES)
    tables = _tables(report)
    columns = {name: described(frame) for name, frame in tables.items()}
    tables["findings"] = report.table
    save_frames(tables, place / TABLES, columns={**columns, "findings": _OF_FINDINGS})
    _figures(place / FIGURES, figures_of(report))


def _raw(report: Report) -> dict[str, pd.DataFrame]:
    frames = {name: getattr(report.frames, name) for name in _OF_RAW}
    primary = observe(report.frames, report.design.analysis.primary, design=report.design)
    return {**frames, "observations": primary.frame}


def _tables(report: Report) -> dict[str, pd.DataFrame]:
    return {
        f"{step.key}-{name}".replace("_", "-"): frame
        for step in report.steps
        for name, frame in step.tables.items()
        if frame.shape[1] and name != "confirm_account"
    }


def _figures(folder: Path, figures: Mapping[str, Figure]) -> None:
    for name, figure in figures.items():
        write_whole(folder / f"{name}.png", figure.png())
        write_whole(folder / f"{name}.txt", f"{figure.alt}\n".encode("utf-8", "backslashreplace"))
    numbers = {name: figure.numbers for name, figure in figures.items()}
    columns = {name: described(frame) for name, frame in numbers.items()}
    save_frames(numbers, folder, columns=columns)


def _require_ours(place: Path, shown: str) -> None:
    if not place.exists() or (place / FINDINGS).is_file():
        return
    if place.is_dir() and not any(place.iterdir()):
        return
    raise AnalysisError(
        f"save_report: got {shown}, which holds something else than an earlier report; wanted a "
        "folder of its own, because it is replaced as a whole. Name another one."
    )


def _swap(made: Path, place: Path) -> None:
    """Put the new folder in the place of the old one, which goes last."""
    aside = place.with_name(f".{place.name}.{new_id()}.old")
    if place.exists():
        place.rename(aside)
    made.rename(place)
    shutil.rmtree(aside, ignore_errors=True)
