"""Which seat of the assignment a rater takes, and what is left to do on it.

A seat that nobody held yet is taken by its first rater. One whose rater left or withdrew goes to
the next newcomer, with the items that are not rated yet. Seats on which the rater would meet a
contrast grown from a conversation of their own are avoided; where there is no other, those items
are left out.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from toolkit.canon import VERSION, new_id
from toolkit.design import Allocation, ConfirmStage, Study, Task
from toolkit.errors import EventConflict, NotNow, OpenElsewhere
from toolkit.record import (
    Lease,
    Participant,
    RaterSeat,
    Reader,
    Record,
    Session,
    SessionEnd,
    rater_history,
    withdrawn,
)
from toolkit.session.participant import lease_name
from toolkit.session.session_rules import session_end


def release_seat(study: Study, record: Record, participant_id: str) -> RaterSeat:
    """Give the seat of a rater who left free; what they rated stays.

    Args:
        study: with a confirm section.
        record: where the seats are.
        participant_id: the rater's pseudonym.

    Returns:
        The seat that the next newcomer takes.

    Raises:
        NotNow: if nobody of this name holds a seat, or they are through already.
        OpenElsewhere: if they are rating at this moment.
    """
    confirm_hash = ConfirmStage(study).hash
    rows = [row for row in record.rows(RaterSeat) if row.confirm_hash == confirm_hash]
    row = next((one for one in reversed(rows) if one.participant_id == participant_id), None)
    if row is None:
        holders = sorted({one.participant_id for one in rows})
        raise NotNow(
            f"release: got {participant_id!a}, who holds no seat of study {study.study_id}; wanted "
            f"one of {', '.join(holders) or 'those who rate, and nobody does yet'}. Look it up "
            f"with `parallax status {study.study_id}`."
        )
    if session_end(record, row.session_id) is not None:
        raise NotNow(
            f"release: got {participant_id}, whose seat {row.seat} is not held any more; wanted a "
            f"rater in the middle of their work. Run `parallax status {study.study_id}` to see "
            "who is."
        )
    with _lease(record, participant_id):
        record.append(SessionEnd(session_id=row.session_id, reason="left"))
    return row


def _lease(record: Record, participant_id: str) -> Lease:
    try:
        return record.lease(lease_name(participant_id, "rating"), take_over=False)
    except OpenElsewhere as problem:
        raise OpenElsewhere(
            f"release: {participant_id} has the rating notebook open; wanted a rater who is gone. "
            "Ask them to close it, then run this again; nothing was changed."
        ) from problem


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat as one rater holds it."""

    row: RaterSeat
    tasks: tuple[Task, ...]
    """What is asked of this rater, in order."""
    left_out: int
    """Items of the seat that grew from the rater's own conversations."""


class SeatPlan:
    """The seats of one confirm freeze.

    Args:
        stage: what is confirmed.
        confirm_hash: its freeze.
        allocation: what each seat asks.
        record: who holds which seat.
    """

    def __init__(
        self, stage: ConfirmStage, confirm_hash: str, allocation: Allocation, record: Record
    ) -> None:
        self._stage = stage
        self._hash = confirm_hash
        self._allocation = allocation
        self._record = record
        self._read = 0
        self._known: list[RaterSeat] = []

    def held_by(self, participant: Participant) -> HeldSeat | None:
        """The seat this participant took last, or None."""
        for row in reversed(self._rows()):
            if row.participant_id == participant.participant_id:
                return HeldSeat(row, *self._tasks(row.seat, row.holder, participant))
        return None

    def take(self, participant: Participant, held: HeldSeat | None = None) -> HeldSeat:
        """Take a free seat; of two who reach for the same one, the second gets another.

        Args:
            participant: who rates.
            held: the seat they took last. It is theirs still, or again if they had left and
                nobody has taken it since.
        """
        while True:
            # Read once: a seat somebody takes between the choice and this rater's row would look
            # like one that was held before, and two raters would share it.
            rows = self._rows()
            if held is not None and not self._may_retake(held.row, participant, rows):
                return held
            seat = held.row.seat if held else self._choose(participant, rows)
            row = self._row(participant, seat, rows)
            try:
                self._record.append(row)
            except EventConflict:
                continue
            return HeldSeat(row, *self._tasks(row.seat, row.holder, participant))

    def _may_retake(
        self, row: RaterSeat, participant: Participant, rows: Sequence[RaterSeat]
    ) -> bool:
        same = [one for one in rows if (one.seat, one.simulated) == (row.seat, row.simulated)]
        newest = max(one.holder for one in same) == row.holder
        return newest and self._left(row, "left") and self._rating_left(row.seat, participant)

    def _row(self, participant: Participant, seat: int, rows: Sequence[RaterSeat]) -> RaterSeat:
        holder = _next_holder(seat, rows)
        tasks, _ = self._tasks(seat, holder, participant)
        return RaterSeat(
            session_id=new_id(),
            study_id=self._stage.study.study_id,
            confirm_hash=self._hash,
            participant_id=participant.participant_id,
            simulated=participant.simulated,
            seat=seat,
            holder=holder,
            items=len(tasks),
            form=self._stage.plan.rating.form,
            show_cue=self._stage.plan.rating.show_cue,
            toolkit_version=VERSION,
        )

    # ── which seat ──────────────────────────────────────────────────────────────────────────────

    def _choose(self, participant: Participant, rows: Sequence[RaterSeat]) -> int:
        own = self._grown_from(participant)
        meets: dict[int, int] = {}
        for seat in self._free(participant, rows):
            meets[seat] = self._meets(seat, own)
            if not meets[seat]:
                return seat
        return min(meets, key=lambda seat: (meets[seat], seat))

    def _free(self, participant: Participant, rows: Sequence[RaterSeat]) -> Iterator[int]:
        """Seats given back first, then those never held, then some beyond the plan."""
        last = {row.seat: row for row in rows if row.simulated is participant.simulated}
        gone = withdrawn(self._record)
        for seat, row in sorted(last.items()):
            if self._given_back(row, gone) and self._rating_left(seat, participant):
                yield seat
        planned = len(self._allocation.seats)
        never = [seat for seat in range(planned) if seat not in last]
        yield from never
        if not never:
            first = max(planned, max(last, default=-1) + 1)
            yield from range(first, first + planned)

    def _given_back(self, row: RaterSeat, gone: Collection[str]) -> bool:
        gone_or_idle = row.participant_id in gone or not row.items
        return gone_or_idle or self._left(row, "left", "withdrawn")

    def _left(self, row: RaterSeat, *reasons: str) -> bool:
        end = session_end(self._record, row.session_id)
        return end is not None and end.reason in reasons

    def _rating_left(self, seat: int, participant: Participant) -> bool:
        # Without a rating task there is none at all.
        return bool(self._tasks(seat, _next_holder(seat, self._rows()), participant)[0])

    def _meets(self, seat: int, own: Collection[str]) -> int:
        return sum(task.contrast_id in own for task in self._allocation.seat(seat))

    # ── what is asked there ─────────────────────────────────────────────────────────────────────

    def _tasks(
        self, seat: int, holder: int, participant: Participant
    ) -> tuple[tuple[Task, ...], int]:
        """Tasks of a seat without those rated by earlier holders and those of their own."""
        done = self._rated_before(seat, holder, simulated=participant.simulated)
        own = self._grown_from(participant)
        asked = [task for task in self._allocation.seat(seat) if task.contrast_id not in own]
        left_out = len(self._allocation.seat(seat)) - len(asked)
        kept = [task for task in asked if task.position not in done and task.repeats not in done]
        # Checks on reading alone are no work.
        some = any(task.purpose == "rating" for task in kept)
        return tuple(kept) if some else (), left_out

    def _rated_before(self, seat: int, holder: int, *, simulated: bool) -> set[int | None]:
        gone = withdrawn(self._record)
        rated: set[int | None] = set()
        for row in self._rows():
            same = (row.seat, row.simulated) == (seat, simulated) and row.holder < holder
            if same and row.participant_id not in gone:
                judged = rater_history(self._record, row.session_id).items.values()
                rated |= {
                    one.item.position
                    for one in judged
                    if one.rated and one.item.purpose == "rating"
                }
        return rated

    def _grown_from(self, participant: Participant) -> frozenset[str]:
        """Contrasts lifted from a conversation of this participant."""
        return frozenset(
            contrast.id
            for contrast in self._stage.contrasts
            if contrast.lead is not None
            and self._played_by(contrast.lead.session_id) == participant.participant_id
        )

    def _played_by(self, session_id: str) -> str | None:
        session = self._reader.find(session_id, Session)
        return session.participant_id if session else None

    @property
    def _reader(self) -> Reader:
        return self._record.read(role="rater", purpose="rating", include_withdrawn=True)

    def _rows(self) -> tuple[RaterSeat, ...]:
        """Every seat taken so far; of the record only what is new is read."""
        reader = self._reader
        for entry, row in reader.whole(reader.entries(kinds=[RaterSeat.KIND], after=self._read)):
            self._read = entry.number
            if isinstance(row, RaterSeat) and row.confirm_hash == self._hash:
                self._known.append(row)
        return tuple(self._known)


def _next_holder(seat: int, rows: Sequence[RaterSeat]) -> int:
    return max((row.holder for row in rows if row.seat == seat), default=-1) + 1
