"""``parallax export``: a record as lines of JSON."""

import argparse

from toolkit.cli.terminal import OK, add_workspace, make_parser, say
from toolkit.cli.workspace import find_record
from toolkit.record import open_record, write_jsonl


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax export``."""
    made = make_parser(
        "export",
        "Write every entry of a record as one line of JSON, without loss and with its hashes. The "
        "file holds everything that testers said, so only you can read it; pass it on with care.",
        examples=(
            ("parallax export pilot pilot.jsonl", "the record of a study"),
            ("parallax export results/pilot/record.db copy.jsonl", "a database file"),
            ("parallax import pilot.jsonl again.db", "and back in"),
        ),
    )
    made.add_argument("record", metavar="STUDY|FILE|URL", help="what to export")
    made.add_argument("file", metavar="FILE.jsonl", help="where to; replaced if it exists")
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Export; the file appears whole or not at all."""
    with open_record(find_record(args.record, args.workspace), read_only=True) as record:
        count = write_jsonl(record, args.file)
    say(f"{count} entries written to {args.file}.")
    say(
        "It holds everything about each participant, for keeping and moving the record: it is no "
        "report. What may be sent on comes from `parallax analyze --release`."
    )
    return OK
