"""A report as a folder: words, findings, tables and figures, there as a whole or not at all."""

import json
import shutil
from pathlib import Path

from toolkit.analysis import save_result_tables
from toolkit.canon import new_id
from toolkit.errors import AnalysisError
from toolkit.record import write_whole
from toolkit.report.study_report import StudyReport

WORDS, FINDINGS = "report.txt", "findings.json"


def save_report(report: StudyReport, folder: str | Path) -> Path:
    """Write a report to a folder that is replaced as a whole, readable by its owner only.

    ``report.txt`` is the report in words, ``findings.json`` every finding with the ids of its
    replies; for ``frames/``, ``tables/`` and ``figures/`` see ``analysis.save_result_tables``.

    Args:
        report: of ``study_report``.
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
        write_whole(made / WORDS, f"{report}\n".encode("utf-8", "backslashreplace"))
        text = json.dumps(report.result.content(), indent=1, allow_nan=False, sort_keys=False)
        write_whole(made / FINDINGS, text.encode("ascii") + b"\n")
        save_result_tables(report.result, made)
        _swap(made, place)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place


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
