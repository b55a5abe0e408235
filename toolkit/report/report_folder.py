"""A report as a folder: words, findings, tables and figures, there as a whole or not at all."""

import json
import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from toolkit.analysis import PlanResult, save_result_tables
from toolkit.canon import HASH_TAG, new_id
from toolkit.errors import AnalysisError
from toolkit.record import write_whole
from toolkit.report.study_report import StudyReport

WORDS, FINDINGS, PRIVATE = "report.txt", "findings.json", "private"
NOTICE = "NOT-TO-BE-SENT-ON.txt"
_NOTICE = (
    "For the analysts of this study alone. These files hold a row for every judgment under the\n"
    "pseudonym of who gave it, with comments and times, and numbers about single people. Send on\n"
    "what `parallax analyze --release` writes, and nothing from here.\n"
)


def save_report(
    report: StudyReport,
    folder: str | Path,
    *,
    private: bool = False,
    on_written: Callable[[Mapping[str, str]], object] = lambda _: None,
) -> Path:
    """Write a report to a folder that is replaced as a whole, readable by its owner only.

    ``report.txt`` is the report in words, ``findings.json`` its findings; for ``tables/`` and
    ``figures/`` see ``analysis.save_result_tables``. Nothing in them is about fewer people than
    the study's minimum.

    Args:
        report: of ``study_report``.
        folder: made if it is not there. One that is there is replaced if an earlier report is in
            it, and left alone otherwise.
        private: with everything in full, for analysts alone, in a folder ``private/`` of its own.
        on_written: told the hash of each file, by its path, before the folder is put in place.

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
        _write(report.shown.result, made)
        if private:
            write_whole(made / PRIVATE / NOTICE, _NOTICE.encode("ascii"))
            _write(report.result, made / PRIVATE, every=True)
        on_written(_hashes(made))
        _swap(made, place)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place


def _write(result: PlanResult, folder: Path, *, every: bool = False) -> None:
    text = json.dumps(result.content(), indent=1, allow_nan=False, sort_keys=False)
    write_whole(folder / FINDINGS, text.encode("ascii") + b"\n")
    save_result_tables(result, folder, every=every)


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): f"{HASH_TAG}:{sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


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
