"""``parallax freeze``: pin a stage of a study."""

import argparse

from toolkit.cli.terminal import OK, add_workspace, make_parser, say
from toolkit.cli.workspace import require_filled
from toolkit.design import ConfirmStage, Freeze, Study, Workspace, allocate


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax freeze``."""
    made = make_parser(
        "freeze",
        "Pin a study with its personas, scenarios and endpoints under one hash. From then on it "
        "runs only unchanged. The first tester freezes a study too; doing it by hand lets you "
        "read the hash before. The confirm stage is frozen by itself, on top of that: contrasts, "
        "replicates, raters, outcome and margin, before the first reply. A plan that `parallax "
        "plan` refuses is not frozen.",
        examples=(
            ("parallax freeze pilot", "pin the study personas/studies/pilot.yaml"),
            (
                "parallax freeze pilot --stage confirm",
                "pin its contrasts and analysis plan as well",
            ),
        ),
    )
    made.add_argument("study", metavar="STUDY", help="id of the study")
    made.add_argument(
        "--stage",
        choices=("explore", "confirm"),
        default="explore",
        help="what to pin (default: explore)",
    )
    made.add_argument(
        "--again",
        action="store_true",
        help="with --stage confirm: keep an earlier, different freeze and begin anew beside it",
    )
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Freeze, or say since when it is frozen."""
    study = Workspace(args.workspace).study(args.study)
    require_filled(study)
    if args.stage == "confirm":
        _confirm(study, again=args.again)
    else:
        earlier = study.frozen()
        _told(f"Study {study.id}", earlier, study.freeze())
    return OK


def _confirm(study: Study, *, again: bool) -> None:
    stage = ConfirmStage(study)
    earlier = stage.frozen()
    # Replies to a plan that no raters can be dealt out by would have been sent in vain.
    allocate(stage)
    freeze = stage.freeze(again=again)
    _told(f"The confirm stage of study {study.id}", earlier, freeze)
    if earlier is not None and earlier.hash != freeze.hash:
        say(
            f"The freeze of {earlier.frozen_at} is kept beside it. Its replies and ratings stay in "
            "the record, apart: all is sent and rated anew, and raters at work begin again."
        )
    contrasts, units = len(stage.contrasts), len(stage.units)
    say(f"{contrasts} contrasts, {units} units to be sent.")
    say(f"Next: parallax run {study.id} --dry-run")


def _told(what: str, earlier: Freeze | None, freeze: Freeze) -> None:
    known = earlier is not None and earlier.hash == freeze.hash
    when = f"was already frozen, unchanged since {freeze.frozen_at}" if known else "is frozen"
    say(f"{what} {when}.\n{freeze.hash}")
