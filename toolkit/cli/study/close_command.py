"""``parallax close``: collection ends, so that what is there becomes the whole."""

import argparse

from toolkit.canon import VERSION
from toolkit.cli.terminal import OK, add_study, add_workspace, make_parser, say
from toolkit.cli.workspace import find_study
from toolkit.design import ConfirmStage, Workspace
from toolkit.record import (
    Closing,
    Record,
    Release,
    open_record,
    raters,
    require_open,
    tally_replies,
)


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax close``."""
    made = make_parser(
        "close",
        "End the collection of a confirm stage for good: nothing more is sent, nobody begins or "
        "goes on to rate, and `parallax analyze` takes what is there as the whole. Close a study "
        "when those who are still missing will not come; before that, looks are interim. Whoever "
        "rated may still withdraw.",
        examples=(("parallax close pilot", "what is kept by now is all there will be"),),
    )
    add_study(made)
    add_workspace(made)
    return made


def run(args: argparse.Namespace) -> int:
    """Keep that collection ended, and say with what."""
    study = find_study(args.study, Workspace(args.workspace))
    stage = ConfirmStage(study)
    confirm_hash = stage.require_frozen()
    # Nobody sends units, or closes it as well, while the row is written.
    with open_record(study) as record, record.lease(f"sweep {confirm_hash}", take_over=False):
        require_open(record, confirm_hash)
        row = _closing(stage, record, confirm_hash)
        record.append(row)
    say(
        f"Study {study.id} is closed: {row.replies} of {row.planned} replies, {row.finished} of "
        f"{row.raters} raters finished, {_releases(row.releases)} before."
    )
    say(f"Next: parallax analyze {study.id}")
    return OK


def _closing(stage: ConfirmStage, record: Record, confirm_hash: str) -> Closing:
    people = [one for one in raters(record, confirm_hash) if not one.seat.simulated]
    return Closing(
        confirm_hash=confirm_hash,
        replies=sum(tally_replies(record, confirm_hash).outcomes.values()),
        planned=len(stage.units),
        finished=sum(one.end is not None and one.end.reason == "finished" for one in people),
        raters=stage.plan.rating.raters,
        releases=sum(one.confirm_hash == confirm_hash for one in record.rows(Release)),
        toolkit_version=VERSION,
    )


def _releases(count: int) -> str:
    return "1 release" if count == 1 else f"{count} releases"
