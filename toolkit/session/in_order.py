"""Who rates what, in the plan's own order: stands in until the allocation is there."""

from dataclasses import dataclass
from typing import Literal

from toolkit.design import ConfirmStage


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a seat asks of its rater."""

    position: int
    purpose: Literal["rating", "repeat", "attention"]
    contrast_id: str
    unit_ids: tuple[str, ...]
    overlap: bool = False
    repeats: int | None = None
    attention: int | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """What every seat asks."""

    seats: tuple[tuple[Task, ...], ...]

    def seat(self, number: int) -> tuple[Task, ...]:
        """Tasks of one seat; beyond the planned ones they begin again."""
        return self.seats[number % len(self.seats)]


def allocate(stage: ConfirmStage) -> Allocation:
    """Give each seat one unit of each contrast, in the order units are sent."""
    plan = stage.plan.rating
    units = stage.units
    seats = []
    for seat in range(plan.raters):
        tasks: list[Task] = []
        for contrast in stage.contrasts[: plan.items_per_rater]:
            own = [unit for unit in units if unit.contrast_id == contrast.id]
            picked = own[seat % len(own)]
            ids: tuple[str, ...] = (picked.unit_id,)
            if plan.form == "pair":
                same = [
                    u for u in own if (u.alias, u.replicate) == (picked.alias, picked.replicate)
                ]
                left = next(u for u in same if u.arm.kind == "reference")
                right = [u for u in same if u.arm.kind != "reference"][seat % (len(same) - 1)]
                ids = (left.unit_id, right.unit_id)
            tasks.append(Task(len(tasks), "rating", contrast.id, ids))
        for number in range(min(plan.repeats, len(tasks))):
            again = tasks[number]
            tasks.append(
                Task(len(tasks), "repeat", again.contrast_id, again.unit_ids, repeats=number)
            )
        for number in range(len(plan.attention)):
            tasks.append(Task(len(tasks), "attention", "", (), attention=number))
        seats.append(tuple(tasks))
    return Allocation(tuple(seats))
