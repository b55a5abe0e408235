"""``parallax freeze``: pin a study."""

import argparse

from toolkit.cli.command import OK, add_workspace, make_parser, say
from toolkit.cli.placeholders import files_of, placeholders
from toolkit.design import Workspace
from toolkit.errors import InvalidFiles


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax freeze``."""
    made = make_parser(
        "freeze",
        "Pin a study with its personas, scenarios and endpoints under one hash. From then on it "
        "runs only unchanged. The first tester freezes a study too; doing it by hand lets you "
        "read the hash before.",
        examples=(("parallax freeze pilot", "pin the study personas/studies/pilot.yaml"),),
    )
    made.add_argument("study", metavar="STUDY", help="id of the study")
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Freeze, or say since when it is frozen."""
    workspace = Workspace(args.workspace)
    study = workspace.study(args.study)
    if left := placeholders(workspace, files_of(study)):
        raise InvalidFiles(left)
    earlier = study.frozen()
    freeze = study.freeze()
    when = f"was already frozen, unchanged since {freeze.frozen_at}" if earlier else "is frozen"
    say(f"Study {study.id} {when}.\n{freeze.hash}")
    return OK
