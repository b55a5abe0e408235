"""Rater seats: which one of the assignment a rater takes, and what is left to do on it.

A seat that nobody held yet is taken by its first rater. One whose rater left or withdrew goes to
the next newcomer, with the items that are not rated yet. Seats on which the rater would meet a
contrast grown from a conversation of their own are avoided; where there is no other, those items
are left out.
"""

from collections.abc import Iterator

from toolkit.canon import VERSION, new_id
from toolkit.design import Allocation, ConfirmStage, Study, Task
from toolkit.errors import EventConflict, NotNow, OpenElsewhere
from toolkit.record import (
    Lease,
    Participant,
    RaterSeat,
    Record,
    Session,
    SessionEnd,
    rater_history,
    withdrawn,
)
from toolkit.session.seated_participant import lease_name
from toolkit.session.session_rules import session_end


def release_seat(study: Study, record: Record, seat: int) -> RaterSeat:
    """Give the seat of a rater who left free; what they rated stays.

    Args:
        study: with a confirm section.
        record: where the seats are.
        seat: its number, as `parallax status` lists those that are not finished.

    Returns:
        The seat that the next newcomer takes.

    Raises:
        NotNow: if nobody holds that seat, or whoever did is through already.
        OpenElsewhere: if they are rating at this moment.
    """
    confirm_hash = ConfirmStage(study).hash
    rows = [row for row in record.rows(RaterSeat) if row.confirm_hash == confirm_hash]
    of_people = [one for one in rows if not one.simulated]
    row = next((one for one in reversed(of_people) if one.seat == seat), None)
    if row is None:
        known = ", ".join(map(str, sorted({one.seat for one in of_people})))
        raise NotNow(
            f"release: got seat {seat}, which nobody holds in study {study.study_id}; wanted one "
            f"of {known or 'those that are taken, and none is yet'}. Look it up with `parallax "
            f"status {study.study_id}`."
        )
    if session_end(record, row.session_id) is not None:
        raise NotNow(
            f"release: got seat {seat}, which is not held any more; wanted one whose rater is in "
            f"the middle of the work. Run `parallax status {study.study_id}` to see which are."
        )
    with _lease(record, row):
        record.append(SessionEnd(session_id=row.session_id, reason="left"))
    return row


def _lease(record: Record, row: RaterSeat) -> Lease:
    try:
        return record.lease(lease_name(row.participant_id, "rating"), take_over=False)
    except OpenElsewhere as problem:
        raise OpenElsewhere(
            f"release: whoever holds seat {row.seat} has the rating notebook open; wanted a seat "
            "whose rater is gone. Ask all raters to close it, then run this again; nothing was "
            "changed."
        ) from problem


def held_seat(
    stage: ConfirmStage,
    confirm_hash: str,
    allocation: Allocation,
    record: Record,
    participant: Participant,
    *,
    taking: bool,
) -> tuple[RaterSeat, tuple[Task, ...]] | None:
    """The seat a rater holds, or takes now, with what is asked of them there, in order.

    Of two who reach for the same seat, the second gets another. One they took before is theirs
    still, or again if they had left and nobody has taken it since.

    Args:
        stage: what is confirmed.
        confirm_hash: its freeze.
        allocation: what each seat asks.
        record: who holds which seat.
        participant: who rates.
        taking: whether a seat may be taken; else they have one or none.
    """
    while True:
        # Read once: a seat somebody takes between the choice and this rater's row would look
        # like one that was held before, and two raters would share it.
        seats = _Seats(stage, confirm_hash, allocation, record, participant)
        held = seats.held
        if taking and (held is None or seats.may_retake(held)):
            row = seats.row(held.seat if held else seats.choose())
            try:
                record.append(row)
            except EventConflict:
                continue
            return row, seats.tasks(row.seat, row.holder)
        return (held, seats.tasks(held.seat, held.holder)) if held else None


class _Seats:
    """The seats of one confirm freeze as the record has them now, for one rater."""

    def __init__(
        self,
        stage: ConfirmStage,
        confirm_hash: str,
        allocation: Allocation,
        record: Record,
        participant: Participant,
    ) -> None:
        self._stage = stage
        self._hash = confirm_hash
        self._allocation = allocation
        self._record = record
        self._who = participant
        self._gone = withdrawn(record)
        self._rows = [row for row in record.rows(RaterSeat) if row.confirm_hash == confirm_hash]
        self._own = {
            contrast.id
            for contrast in stage.contrasts
            if contrast.lead is not None and self._played(contrast.lead.session_id)
        }
        """Contrasts lifted from a conversation of this rater."""

    @property
    def held(self) -> RaterSeat | None:
        """The seat this rater took last."""
        own = (row for row in reversed(self._rows) if self._is_rater(row))
        return next(own, None)

    def may_retake(self, row: RaterSeat) -> bool:
        """Whether they left it before the end and nobody has taken it since."""
        same = [one for one in self._rows if (one.seat, one.simulated) == (row.seat, row.simulated)]
        newest = max(one.holder for one in same) == row.holder
        return newest and self._left(row, "left") and self._rating_left(row.seat)

    def row(self, seat: int) -> RaterSeat:
        """The row by which they take a seat."""
        holder = self._next_holder(seat)
        return RaterSeat(
            session_id=new_id(),
            study_id=self._stage.study.study_id,
            confirm_hash=self._hash,
            participant_id=self._who.participant_id,
            simulated=self._who.simulated,
            seat=seat,
            holder=holder,
            items=len(self.tasks(seat, holder)),
            form=self._stage.plan.rating.form,
            show_cue=self._stage.plan.rating.show_cue,
            toolkit_version=VERSION,
        )

    def choose(self) -> int:
        """The first free seat where they meet the fewest contrasts of their own."""
        meets: dict[int, int] = {}
        for seat in self._free():
            meets[seat] = sum(task.contrast_id in self._own for task in self._allocation.seat(seat))
            if not meets[seat]:
                return seat
        return min(meets, key=lambda seat: (meets[seat], seat))

    def tasks(self, seat: int, holder: int) -> tuple[Task, ...]:
        """Tasks of a seat without those rated by earlier holders and those of their own.

        Args:
            seat: which.
            holder: how many held it before.
        """
        done = self._rated_before(seat, holder)
        kept = [
            task
            for task in self._allocation.seat(seat)
            if task.contrast_id not in self._own and not done & {task.position, task.repeats}
        ]
        # Checks on reading alone are no work.
        return tuple(kept) if any(task.purpose == "rating" for task in kept) else ()

    def _free(self) -> Iterator[int]:
        """Seats given back first, then those never held, then some beyond the plan."""
        last = {row.seat: row for row in self._rows if row.simulated is self._who.simulated}
        for seat, row in sorted(last.items()):
            gone_or_idle = row.participant_id in self._gone or not row.items
            if (gone_or_idle or self._left(row, "left", "withdrawn")) and self._rating_left(seat):
                yield seat
        planned = len(self._allocation.seats)
        never = [seat for seat in range(planned) if seat not in last]
        yield from never
        if not never:
            first = max(planned, max(last, default=-1) + 1)
            yield from range(first, first + planned)

    def _left(self, row: RaterSeat, *reasons: str) -> bool:
        end = session_end(self._record, row.session_id)
        return end is not None and end.reason in reasons

    def _rating_left(self, seat: int) -> bool:
        # Without a rating task there is none at all.
        return bool(self.tasks(seat, self._next_holder(seat)))

    def _next_holder(self, seat: int) -> int:
        return max((row.holder for row in self._rows if row.seat == seat), default=-1) + 1

    def _rated_before(self, seat: int, holder: int) -> set[int | None]:
        earlier = (
            row
            for row in self._rows
            if (row.seat, row.simulated) == (seat, self._who.simulated)
            and row.holder < holder
            and row.participant_id not in self._gone
        )
        judged = (rater_history(self._record, row.session_id).items.values() for row in earlier)
        return {
            one.item.position
            for items in judged
            for one in items
            if one.rated and one.item.purpose == "rating"
        }

    def _played(self, session_id: str) -> bool:
        return any(map(self._is_rater, self._record.rows(Session, chain=session_id)))

    def _is_rater(self, row: RaterSeat | Session) -> bool:
        return row.participant_id == self._who.participant_id
