"""``parallax invite``: codes for participants, on a sheet to print."""

import argparse
from pathlib import Path

from toolkit.cli.terminal import OK, add_study, add_workspace, make_parser, say
from toolkit.cli.workspace import find_study
from toolkit.design import Study, Workspace
from toolkit.errors import SetupError
from toolkit.record import open_record, write_whole

_MOST = 10_000
_WORDS = """\
Enter it on the first page. It is yours alone: do not pass it on. Keep it until
you are done, so that you can go on where you stopped. Nobody keeps a list of
who got which code.
"""
_CUT = "\n- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -\n\n"


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax invite``."""
    made = make_parser(
        "invite",
        "Make codes to hand out, and write them to a sheet to print and cut up, readable by you "
        "alone. The record keeps what recognizes them and not the codes: hand the slips out "
        "unread and shuffled, and delete the sheet. Once there is a list, only its codes are taken "
        "in this study, unless its file says `enrollment: open`.",
        examples=(
            ("parallax invite pilot 40", "forty codes, to results/pilot/invitations-1.txt"),
            ("parallax invite pilot 5 --out late.txt", "five more"),
        ),
    )
    add_study(made)
    made.add_argument("count", metavar="N", type=_count, help="how many")
    made.add_argument("--out", metavar="FILE", help="where to; never one that is there already")
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Write the sheet, then keep the list."""
    study = find_study(args.study, Workspace(args.workspace))
    sheet = Path(args.out) if args.out else _next_sheet(study)
    if sheet.exists():
        raise SetupError(
            f"invite: got --out {sheet}, which is there already; wanted a new file, so that no "
            "sheet is lost. Name another one."
        )
    with open_record(study) as record:
        codes = record.invite(args.count)
    slips = (f"{study.title}\nYour code:   {code}\n\n{_WORDS}" for code in codes)
    write_whole(sheet, _CUT.join(slips).encode("utf-8", "backslashreplace"))
    say(
        f"{args.count} codes are in {sheet.name}, for you alone: print it, hand the slips out "
        "shuffled, and delete it."
    )
    if study.enrollment == "open":
        say(f"Study {study.id} says `enrollment: open`, so any other code is taken as well.")
    return OK


def _next_sheet(study: Study) -> Path:
    number = 1
    while (sheet := study.results / f"invitations-{number}.txt").exists():
        number += 1
    return sheet


def _count(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= _MOST:
        return int(text)
    raise argparse.ArgumentTypeError(f"got {text!r}; wanted a number from 1 to {_MOST}.")
