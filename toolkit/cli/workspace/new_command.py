"""``parallax new``: a persona, scenario, contrast or study to fill in."""

import argparse

from toolkit.cli.terminal import OK, add_workspace, make_parser, say
from toolkit.cli.workspace.starter_files import KINDS, new_file
from toolkit.design import Workspace

_BLANK = "is ready to be filled in"


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax new``."""
    made = make_parser(
        "new",
        "Write a file to fill in, with a comment over every field. `parallax check` lists what is "
        "still to be written.",
        examples=(
            ("parallax new persona ines-duarte", "personas/people/ines-duarte.yaml"),
            ("parallax new contrast late-refund", "personas/contrasts/late-refund.yaml"),
            ("parallax new study autumn --from pilot", "a copy of a study under a new id"),
        ),
    )
    made.add_argument("kind", choices=KINDS)
    made.add_argument("name", metavar="NAME", help="its id, such as ines-duarte")
    made.add_argument("--from", dest="copy_of", metavar="ID", help="copy this one instead")
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Write the file and say where it is."""
    workspace = Workspace(args.workspace)
    path = new_file(workspace, args.kind, args.name, copy_of=args.copy_of)
    state = f"is a copy of {args.copy_of}, ready to be changed" if args.copy_of else _BLANK
    say(f"{path.relative_to(workspace.root).as_posix()} {state}.")
    say("Then: parallax check")
    return OK
