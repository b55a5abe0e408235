"""Summary of an allocation before there is any data: how much, of what, for how long."""

from collections import Counter
from dataclasses import dataclass
from math import ceil

from toolkit.design.allocation.rater_allocation import Allocation
from toolkit.design.studies import ConfirmStage


@dataclass(frozen=True, slots=True)
class Outline:
    """What the planned raters of a confirm stage will be asked."""

    raters: int
    items: int
    """Items a rater at most, repeats and attention items included."""
    sittings: int
    """Sittings a rater."""
    minutes: int
    """Minutes a rater, over all sittings."""
    ratings: int
    """Replies or pairs rated, repeats and attention items not counted."""
    replies: int
    """Different replies or pairs among them."""
    doubled: int
    """Replies or pairs that two raters rate."""
    cells: Counter[tuple[str, str]]
    """Contrast and arm (in a pair the one that is not the reference) to their ratings."""
    scenarios: Counter[str]
    """Scenario to its ratings."""

    @property
    def overlap(self) -> float:
        """Share of the rated replies that two raters rate."""
        return self.doubled / self.replies

    @property
    def arms(self) -> Counter[str]:
        """Arm to its ratings over all contrasts."""
        found: Counter[str] = Counter()
        for (_, arm), ratings in self.cells.items():
            found[arm] += ratings
        return found


def outline(allocation: Allocation, stage: ConfirmStage) -> Outline:
    """Sum up who rates what.

    Args:
        allocation: of this stage.
        stage: whose plan says how long a sitting takes.
    """
    plan = stage.plan.rating
    units = {unit.unit_id: unit for unit in stage.units}
    scenario_of = {one.id: one.scenario for one in stage.contrasts}
    rated = [task for seat in allocation.seats for task in seat if task.purpose == "rating"]
    replies = Counter(frozenset(task.unit_ids) for task in rated)
    arms = [[units[name].arm for name in task.unit_ids] for task in rated]
    # In a pair the reference sorts first, whichever side it stands on.
    labels = [max(found, key=lambda arm: arm.kind != "reference").label for found in arms]
    items = max(len(seat) for seat in allocation.seats)
    return Outline(
        raters=len(allocation.seats),
        items=items,
        sittings=ceil(items / plan.items_per_sitting),
        minutes=ceil(items * plan.minutes / plan.items_per_sitting),
        ratings=len(rated),
        replies=len(replies),
        doubled=sum(times > 1 for times in replies.values()),
        cells=Counter((task.contrast_id, label) for task, label in zip(rated, labels, strict=True)),
        scenarios=Counter(scenario_of[task.contrast_id] for task in rated),
    )
