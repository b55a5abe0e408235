"""Status of a confirm stage, as ``parallax status`` tells it."""

from collections import Counter
from collections.abc import Sequence

from toolkit.cli.workspace import reply_lines
from toolkit.design import PRIVACY_MINIMUM, ConfirmStage, Study
from toolkit.errors import InvalidFiles
from toolkit.record import (
    JudgedItem,
    RaterHistory,
    RaterSeat,
    Record,
    ReplyTally,
    closing_of,
    raters,
    standing_items,
    tally_replies,
    withdrawn,
)

_PLACES = ("done", "at work", "free again")


def confirm_lines(study: Study, record: Record | None) -> list[str]:
    """Say how far the confirm stage of a study is; nothing where it has none.

    Args:
        study: loaded.
        record: of the study; None when nothing was recorded yet.
    """
    if study.confirm is None:
        return []
    stage = ConfirmStage(study)
    lines = ["", f"  Confirm stage: {_freeze(stage)}"]
    if record is None:
        return lines
    if closed := closing_of(record, stage.hash):
        lines.append(f"    Closed on {closed[1]}: nothing more is collected.")
    tally = tally_replies(record, stage.hash)
    lines.append(f"    {_units(stage, tally)}")
    lines += [f"      {line}" for line in reply_lines(tally)]
    everyone = raters(record, stage.hash)
    for simulated in (False, True):
        lines += _raters(stage, record, everyone, simulated=simulated)
    return lines


def only_rate(record: Record) -> frozenset[str]:
    """Participants who hold a seat of a confirm stage; they are no testers by that."""
    return frozenset(row.participant_id for row in record.rows(RaterSeat))


def _freeze(stage: ConfirmStage) -> str:
    try:
        freeze = stage.frozen()
    except InvalidFiles:
        return "its freeze is DAMAGED, it will not run."
    if freeze is None:
        return "not frozen yet."
    state = "unchanged" if freeze.hash == stage.hash else "CHANGED SINCE, it will not run"
    return f"frozen {minute(freeze.frozen_at)}, {state}."


def _units(stage: ConfirmStage, tally: ReplyTally) -> str:
    planned = len(stage.units)
    ended = tally.outcomes.copy()
    errored = ended.pop("errored", 0)
    done = sum(ended.values())
    told = {kind: count for kind, count in ended.items() if kind != "answered"}
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(told.items()))
    among = f" ({kinds} among them)" if kinds else ""
    due = planned - done - errored
    return f"Units: {done} of {planned} done{among}, {errored} errored, {due} due"


def _raters(
    stage: ConfirmStage, record: Record, everyone: Sequence[RaterHistory], *, simulated: bool
) -> list[str]:
    gone = withdrawn(record)
    frozen = stage.hash
    held = [row for row in record.rows(RaterSeat) if row.confirm_hash == frozen]
    here = {row.participant_id for row in held if row.simulated is simulated}
    if simulated and not here:
        return []
    title = "Simulated raters, never to be counted as people" if simulated else "Raters"
    planned = "" if simulated else f" of {stage.plan.rating.raters} planned"
    lines = [f"    {title}: {len(here)}{planned} seated, {len(here & gone)} withdrew"]
    lines += _seats(everyone, simulated=simulated)
    standing = standing_items(everyone, simulated=simulated)
    return [*lines, f"    {_rated(stage, standing)}"]


def _seats(everyone: Sequence[RaterHistory], *, simulated: bool) -> list[str]:
    """Count seats by how far they are, and what was asked on them together."""
    here = [one for one in everyone if one.seat.simulated is simulated]
    if not here:
        return []
    where = Counter(_where(one) for one in here)
    seats = ", ".join(f"{where[one]} {one}" for one in _PLACES if where[one])
    rated, passed = (
        sum(counts) for counts in zip(*((one.rated, one.passed) for one in here), strict=True)
    )
    left = f", {passed} passed" if passed else ""
    asked = sum(one.seat.items for one in here)
    lines = [f"      Seats: {seats}"]
    # Of fewer, a sum would be some people's own.
    if len(here) >= PRIVACY_MINIMUM:
        lines.append(f"      Items: {rated} of {asked} rated{left}")
    still = sorted({one.seat.seat for one in here if one.end is None})
    if still and not simulated:
        numbers = ", ".join(map(str, still))
        lines.append(f"      Not finished, to be given free by number: {numbers}")
    return lines


def _where(one: RaterHistory) -> str:
    if one.end is None:
        return "at work"
    return "done" if one.end.reason == "finished" else "free again"


def _rated(stage: ConfirmStage, standing: Sequence[JudgedItem]) -> str:
    """How many replies or pairs are rated, and how many of them by two."""
    by = Counter(one.item.unit_ids for one in standing if one.item.purpose == "rating")
    noun = "pairs" if stage.plan.rating.form == "pair" else "replies"
    twice = sum(count > 1 for count in by.values())
    reached = f"{twice} of them by two or more raters" if by else "none of them twice"
    return f"Rated: {len(by)} {noun}, {reached} (planned: {stage.plan.rating.overlap:.0%})"


def minute(at: str) -> str:
    """Shorten a time of the record to its minute."""
    return f"{at[:16].replace('T', ' ')} UTC"
