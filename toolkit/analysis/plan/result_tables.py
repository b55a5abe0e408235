"""The tables of a plan's result: rows, result tables, findings, and figures with their numbers."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from toolkit.analysis.findings import FINDING_COLUMNS
from toolkit.analysis.frames import Column
from toolkit.analysis.plan.glossary import described
from toolkit.analysis.plan.plan_figures import figures_of
from toolkit.analysis.plan.plan_result import PlanResult
from toolkit.analysis.plan.table_files import save_frames
from toolkit.analysis.plots import Figure
from toolkit.record import write_whole

_OF_RAW = ("replies", "raters", "items", "item_ratings", "choices", "guesses", "confirm_account")
_OF_FINDINGS = (
    Column("step", "str", "the question of the plan it answers"),
    Column("status", "str", "primary, secondary, account or exploratory"),
    *FINDING_COLUMNS,
)


def save_result_tables(result: PlanResult, folder: Path, *, every: bool = False) -> None:
    """Write ``tables/`` and ``figures/`` below a folder, and ``frames/`` on request.

    ``tables/`` has the result tables and the findings, ``figures/`` each figure as PNG with its
    numbers and its description, ``frames/`` the rows everything was computed from, one a judgment.
    Beside tables stands a dictionary of their columns.

    Args:
        result: of ``release``, or of ``run_plan`` for analysts alone.
        every: with ``frames/`` and the distributions of answers.
        folder: files of the same names are replaced.

    Raises:
        RecordUnwritable: if a file cannot be written.
        RecordFull: if there is no room.
    """
    if every:
        save_frames(_raw(result), folder / "frames")
    tables = _tables(result)
    columns = {name: described(frame) for name, frame in tables.items()}
    tables["findings"] = result.table
    save_frames(tables, folder / "tables", columns={**columns, "findings": _OF_FINDINGS})
    _figures(folder / "figures", figures_of(result, every=every))


def _raw(result: PlanResult) -> dict[str, pd.DataFrame]:
    frames = {name: getattr(result.frames, name) for name in _OF_RAW}
    return {**frames, "observations": result.observed.primary.frame}


def _tables(result: PlanResult) -> dict[str, pd.DataFrame]:
    return {
        f"{step.key}-{name}".replace("_", "-"): frame
        for step in result.steps
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
