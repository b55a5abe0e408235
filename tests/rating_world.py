"""A small confirm stage being rated, without a panel."""

from dataclasses import dataclass
from typing import Any

from kept_rows import kept_rows

from toolkit.design import ConfirmStage, Study
from toolkit.record import Item, RaterSeat, Record
from toolkit.session import RatingQueue, Shown


@dataclass
class RatingWorld:
    """A frozen small confirm stage, its record, and raters who have consented."""

    study: Study
    record: Record
    stage: ConfirmStage

    def queue(self, code: str = "R-01", **options: Any) -> RatingQueue:
        simulated = options.pop("simulated", False)
        queue = RatingQueue(self.study, self.record, **options)
        queue.enrol(code, simulated=simulated)
        if queue.stage == "consent":
            queue.consent()
        return queue

    def units(self, queue: RatingQueue) -> list[tuple[str, ...]]:
        """Units of the rating items this rater was shown."""
        rows = kept_rows(self.record, Item, chain=self.seat(queue).session_id)
        return [row.unit_ids for row in rows if row.purpose == "rating"]

    def seat(self, queue: RatingQueue) -> RaterSeat:
        assert queue.participant is not None
        who = queue.participant.participant_id
        return next(
            row for row in reversed(self.record.rows(RaterSeat)) if row.participant_id == who
        )


def judge(queue: RatingQueue, value: int = 3) -> Shown:
    """Judge the item that is due, whatever its form."""
    shown = queue.current
    assert shown is not None
    if shown.form == "pair":
        queue.choose(shown.item_id, "left")
    for question in shown.questions:
        queue.rate(shown.item_id, question.id, value)
    return shown


def judge_all(queue: RatingQueue) -> list[Shown]:
    seen = []
    while queue.stage == "rate":
        seen.append(judge(queue))
    return seen
