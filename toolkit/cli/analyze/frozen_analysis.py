"""``parallax analyze`` at work; loaded only when it is asked for, with the analysis stack."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.analysis import open_to_read
from toolkit.cli.terminal import OK, say, way_out
from toolkit.cli.workspace import find_record, find_study
from toolkit.design import Study, Workspace
from toolkit.errors import RecordUnwritable, SetupError
from toolkit.record import Record, open_record
from toolkit.report import StudyReport, save_report, study_report

RECORD_VARIABLE = "PARALLAX_RECORD"
"""Read by ``toolkit.analysis.open_to_read``."""
_FOLDER = "analysis"


def run(args: argparse.Namespace) -> int:
    """Analyze; the folder is there as a whole or not at all."""
    study = None if args.record and not args.study else _study(args)
    out = study.results / _FOLDER if study and not args.out else Path(args.out)
    with _opened(args) as record:
        report = study_report(record, confirm_hash=args.freeze, study=study)
        _save(report, out, _shown(out, study))
    say(report.short())
    say()
    label = "Simulated data. " if report.result.simulated else ""
    say(
        f"{label}The report in full is in {_shown(out, study)}/, with findings, tables and figures."
    )
    return OK


def _study(args: argparse.Namespace) -> Study:
    return find_study(args.study, Workspace(args.workspace))


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[Record]:
    if args.record:
        opened = open_to_read(environ={RECORD_VARIABLE: args.record}).record
    else:
        opened = open_record(find_record(args.study, args.workspace), read_only=True)
    with opened as record:
        yield record


def _save(report: StudyReport, out: Path, shown: str) -> None:
    try:
        save_report(report, out)
    except RecordUnwritable as problem:
        raise SetupError(
            f"analyze: got {shown}/, which cannot be written; wanted to put the report there. Make "
            "the folder above it writable, or name another one with --out."
        ) from problem
    except OSError as problem:
        raise SetupError(
            f"analyze: got {shown}/, which cannot be written ({problem.strerror}); wanted to put "
            f"the report there. {way_out(problem)}, or name another one with --out."
        ) from problem


def _shown(out: Path, study: Study | None) -> str:
    if study is not None and out.is_relative_to(study.workspace):
        return out.relative_to(study.workspace).as_posix()
    return out.name
