"""``parallax verify``: is a record as it was written?"""

import argparse

from toolkit.cli.terminal import FAILED, OK, add_workspace, make_parser, say
from toolkit.cli.workspace import find_record
from toolkit.record import open_record

_SHOWN = 20


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax verify``."""
    made = make_parser(
        "verify",
        "Recompute every link of every chain in a record, let the database check itself, and name "
        "each place that does not hold. That the newest entries are missing is known only where "
        "the record was written; a whole chain that was removed is not seen.",
        examples=(
            ("parallax verify", "the record of the study 'pilot'"),
            ("parallax verify onboarding", "the record of another study"),
            ("parallax verify results/sample/record.jsonl", "an export"),
            ("parallax verify postgresql://records.example/parallax", "a database"),
        ),
        exit_codes={FAILED: "a chain does not hold, the record is empty, or there is none"},
    )
    made.add_argument(
        "record",
        nargs="?",
        metavar="STUDY|FILE|URL",
        help="a study's id, a .jsonl, .jsonl.gz or .db file, or a database address",
    )
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Verify; every problem is one line on standard output."""
    with open_record(find_record(args.record, args.workspace), read_only=True) as record:
        found = record.verify()
    if not found.entries and found.ok:
        say(
            "This record is empty: there is nothing to verify. While a session runs, its newest "
            "rows are in files beside record.db; copy a record with `parallax export`."
        )
        return FAILED
    if found.ok:
        say(f"Every chain holds: {found.chains} chains, {found.entries} entries.")
        return OK
    problems = (*found.faults, *map(str, found.problems))
    say(*problems[:_SHOWN])
    if len(problems) > _SHOWN:
        say(f"… and {len(problems) - _SHOWN} more")
    say(
        f"The record does not hold: {len(problems)} problems in {found.chains} chains and "
        f"{found.entries} entries. Keep it as it is, and compare it with a backup or an export."
    )
    return FAILED
