"""``parallax analyze``: the frozen plan of a study, run on what its raters said."""

import argparse
import os
from importlib import import_module

from toolkit.cli.terminal import add_study, add_workspace, make_parser
from toolkit.errors import SetupError


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax analyze``."""
    made = make_parser(
        "analyze",
        "Run the analysis that a study froze before its first reply, in its order, and write what "
        "came of it to results/<study>/analysis/: the report in words, its findings, result "
        "tables (Parquet, and CSV that is safe to open in a spreadsheet) and figures. What the "
        "plan did not ask for is marked exploratory, and a plan that is not the frozen one any "
        "more is shown as a deviation. No number is about fewer people than the study's minimum. "
        "What is to be sent on is made with --release: it is compared with earlier releases and "
        "logged in the record.",
        examples=(
            ("parallax analyze pilot", "the study's own record, to results/pilot/analysis/"),
            ("parallax analyze pilot --private", "with analysis/private/, for analysts alone"),
            ("parallax analyze pilot --release", "to be sent on: results/pilot/releases/1/, …"),
            (
                "parallax analyze --record results/sample/planted.jsonl.gz --out try",
                "a record whose bias was planted, to see what the analysis makes of it",
            ),
        ),
    )
    add_study(made)
    made.add_argument(
        "--record",
        metavar="FILE|URL",
        help="another record than the study's own: a .jsonl, .jsonl.gz or .db file, or a database "
        "address; with --out",
    )
    made.add_argument(
        "--freeze",
        metavar="HASH",
        help="which confirm freeze, by the beginning of its hash (default: that of the newest run)",
    )
    made.add_argument(
        "--release",
        action="store_true",
        help="make a report that may be sent on, and log it in the record",
    )
    made.add_argument(
        "--private",
        action="store_true",
        help="also write everything in full, a row for each judgment, to private/ in that folder; "
        "for analysts alone",
    )
    made.add_argument(
        "--out",
        metavar="DIR",
        help="where to (default: results/<study>/analysis); replaced as a whole",
    )
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Analyze; the folder is there as a whole or not at all."""
    if args.release and (args.private or args.record):
        other = "--private" if args.private else "--record"
        raise SetupError(
            f"--release: got {other} beside it; wanted a release by itself, which is logged in the "
            f"study's own record and holds nothing about single people. Leave out {other}."
        )
    if args.record and not args.out:
        raise SetupError(
            f"--record: got {args.record!r} and no --out; wanted a folder for what does not come "
            "from the study's own record. Add --out DIR."
        )
    # Several threads make small factorizations a hundred times slower; read when numpy loads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Loaded here, as it brings the analysis stack along.
    return int(import_module("toolkit.cli.analyze.frozen_analysis").run(args))
