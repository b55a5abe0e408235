"""``parallax analyze`` at work; loaded only when it is asked for, with the analysis stack."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.analysis import confirm_design, open_to_read
from toolkit.cli.terminal import OK, say, way_out
from toolkit.cli.workspace import find_record, find_study
from toolkit.design import Study, Workspace
from toolkit.errors import RecordUnwritable, SetupError
from toolkit.record import Record, open_record
from toolkit.report import (
    StudyReport,
    earlier_releases,
    log_release,
    save_report,
    study_report,
)

RECORD_VARIABLE = "PARALLAX_RECORD"
"""Read by ``toolkit.analysis.open_to_read``."""
_FOLDER, _RELEASES = "analysis", "releases"


def run(args: argparse.Namespace) -> int:
    """Analyze; the folder is there as a whole or not at all."""
    study = None if args.record and not args.study else _study(args)
    with _opened(args) as record:
        if study and args.release:
            return _release(record, study, args)
        out = study.results / _FOLDER if study and not args.out else Path(args.out)
        report = study_report(record, confirm_hash=args.freeze, study=study)
        shown = _shown(out, study)
        with _said(shown):
            save_report(report, out, private=args.private)
    _say(report, shown)
    say(
        "It was not compared with earlier releases: do not send it on. "
        "`parallax analyze --release` makes what may be sent on."
    )
    if args.private:
        say(
            f"{shown}/private/ holds everything in full, with a row for each judgment: for the "
            "analysts of this study alone."
        )
    return OK


def _release(record: Record, study: Study, args: argparse.Namespace) -> int:
    """Make a report that may be sent on; it is logged before it is there."""
    freeze = confirm_design(record, args.freeze).confirm_hash
    earlier = earlier_releases(record, freeze)
    report = study_report(record, confirm_hash=freeze, study=study, earlier=earlier)
    number = len(earlier) + 1
    out = Path(args.out) if args.out else study.results / _RELEASES / f"{freeze[7:15]}-{number}"
    with _said(_shown(out, study)):
        save_report(report, out, on_written=lambda files: log_release(record, report.shown, files))
    _say(report, _shown(out, study))
    say(f"This is release {number} of this freeze; the record keeps what it said.")
    return OK


def _say(report: StudyReport, shown: str) -> None:
    say(report.short())
    say()
    label = "Simulated data. " if report.result.simulated else ""
    say(f"{label}The report in full is in {shown}/, with findings, tables and figures.")


def _study(args: argparse.Namespace) -> Study:
    return find_study(args.study, Workspace(args.workspace))


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[Record]:
    if args.record:
        opened = open_to_read(environ={RECORD_VARIABLE: args.record}).record
    else:
        place = find_record(args.study, args.workspace)
        opened = open_record(place, read_only=not args.release)
    with opened as record:
        yield record


@contextmanager
def _said(shown: str) -> Iterator[None]:
    """Say what to do when the folder cannot be written."""
    try:
        yield
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
