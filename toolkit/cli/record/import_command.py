"""``parallax import``: lines of JSON into a new record."""

import argparse
from pathlib import Path

from toolkit.cli.terminal import FAILED, OK, make_parser, say
from toolkit.record import read_jsonl


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax import``."""
    made = make_parser(
        "import",
        "Read an export into a new, empty record, exactly as it was, and verify every chain. "
        "Two records are never mixed.",
        examples=(
            ("parallax import pilot.jsonl pilot.db", "into a new SQLite file"),
            ("parallax import pilot.jsonl postgresql://records.example/new", "into a database"),
        ),
        exit_codes={FAILED: "nothing was imported, or what was imported does not hold"},
    )
    made.add_argument("file", metavar="FILE.jsonl", help="made by `parallax export`")
    made.add_argument("target", metavar="FILE.db|URL", help="where nothing is recorded yet")
    return made


def run(args: argparse.Namespace) -> int:
    """Import, then verify what arrived."""
    target = args.target if "://" in args.target else Path(args.target)
    with read_jsonl(args.file, target) as record:
        found = record.verify()
    say(f"{found.entries} entries in {found.chains} chains imported.")
    if found.ok:
        return OK
    told = "They were imported as they stood in the file, and do not hold."
    say(*map(str, found.problems), told)
    return FAILED
