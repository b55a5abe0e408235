"""``parallax rate``: rate a confirm stage without a human, or give a rater's seat free."""

import argparse

from toolkit.cli.terminal import (
    OK,
    Progress,
    add_count,
    add_seed,
    add_study,
    add_workspace,
    make_parser,
    say,
)
from toolkit.cli.workspace import find_record, find_study
from toolkit.design import ConfirmStage, Study, Workspace
from toolkit.record import Simulation, open_record
from toolkit.session import release_seat, simulate_raters


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax rate``."""
    made = make_parser(
        "rate",
        "Rate the replies of a study's confirm stage with simulated raters, through the same "
        "queue as people. Every row says that it was simulated, and the record keeps how they "
        "judged and what true effects follow from it. People rate with `parallax lab --rate`; the "
        "seat of one who left half-way is given free, so that the next newcomer does the rest.",
        examples=(
            ("parallax rate pilot --simulate", "as many simulated raters as the plan says"),
            ("parallax rate pilot --simulate --raters 12 --seed 3", "another twelve"),
            ("parallax rate pilot --release 7", "a seat whose rater will not come back"),
        ),
    )
    add_study(made)
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("--simulate", action="store_true", help="rate with simulated raters")
    what.add_argument(
        "--release",
        metavar="SEAT",
        type=int,
        help="give a seat free by its number; `parallax status` lists those not finished",
    )
    add_count(made, "--raters", "how many (default: as planned)")
    add_seed(made, "fixes who they are and what they say")
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Do the one thing that was asked for."""
    study = find_study(args.study, Workspace(args.workspace))
    if args.release is not None:
        return _release(study, args)
    return _simulate(study, args)


def _release(study: Study, args: argparse.Namespace) -> int:
    with open_record(find_record(study.id, args.workspace)) as record:
        seat = release_seat(study, record, args.release)
    say(f"Seat {seat.seat} is free; what was rated on it stays. The next newcomer does the rest.")
    return OK


def _simulate(study: Study, args: argparse.Namespace) -> int:
    stage = ConfirmStage(study)
    stage.require_frozen()
    raters = args.raters or stage.plan.rating.raters
    with open_record(study) as record:
        judged = simulate_raters(
            stage,
            record,
            raters=raters,
            seed=args.seed,
            on_item=Progress("Rating", unit="items"),
        )
        truth = record.rows(Simulation)[-1].truth
    say(f"{raters} simulated raters; {judged} items judged, all marked as simulated.")
    scale = "-1 to 1" if stage.plan.rating.form == "pair" else "1 to 5"
    say(f"True average effects against the reference, on the scale from {scale}:")
    for arm, effect in truth.items():
        say(f"  {arm:<30} {effect:+.2f}")
    return OK
