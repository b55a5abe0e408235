"""Allocation of replies to raters: every list of items, fixed before the first reply is there.

The rules, each held exactly:

* A rater meets different contrasts, spread over scenarios; contrasts are met by equally many
  raters or differ by 1.
* Single replies: a rater gets one arm of a contrast. Pairs: the reference and one other arm, from
  the same endpoint and replicate. ``matched``: every arm of its contrasts, from one replicate.
* Arms differ by at most 1 within each contrast, and within each rater over contrasts with the same
  arms; reference, paraphrase and resample differ by at most 1 within each rater over everything.
* A reply (or pair) has one rater; the planned share of them has two, never more.
* Endpoints and replicates rotate over the rated replies of each contrast and arm.
* Raters, contrasts and arms are connected (``connectedness.py``), or the plan is refused.
* Each arm, and each contrast and arm, comes as often in the first half of a list as in the second,
  and the reference as often on the left of a pair, or differs by 1 (``sitting_order.py``).

Raters beyond the plan go on rotating: their seats belong to further rounds of as many seats, each
of which keeps the same rules but for overlap. They get replies that nobody has first; once there
are none left, every reply they rate is one that somebody else has rated, and raises the overlap.

The order in which contrasts, personas and endpoints are listed makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

from toolkit.design.allocation.allocation_round import (
    Grounds,
    Link,
    PlannedItem,
    items,
    links,
    placed,
)
from toolkit.design.allocation.connectedness import Rating, groups_of_ratings, is_connected
from toolkit.design.allocation.reply_rotation import Stock, refuse_ratings
from toolkit.design.allocation.sitting_order import SittingPosition, ordered, places
from toolkit.design.contrasts import Unit
from toolkit.design.studies import ConfirmStage, RatingPlan
from toolkit.errors import PlanRefused

_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class Task:
    """One item asked of one rater."""

    position: int
    """Place in the rater's list, from 0."""
    purpose: Literal["rating", "repeat", "attention"]
    contrast_id: str
    """Empty for an attention item."""
    unit_ids: tuple[str, ...]
    """The reply, or left and right of a pair; empty for an attention item."""
    overlap: bool = False
    """True when the same reply or pair is planned for another rater too."""
    repeats: int | None = None
    """Position of the task that is shown again."""
    attention: int | None = None
    """Which attention item of the plan, from 0."""


class Allocation:
    """The lists of all planned raters, and of any number beyond; made by ``allocate``."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._raters = grounds.plan.raters
        aliases, replicates = grounds.sources
        self._stock = Stock(aliases, replicates, grounds.draw("replicates"))
        self._rounds = [self._round(range(self._raters))]

    @property
    def seats(self) -> tuple[tuple[Task, ...], ...]:
        """One list a planned rater, in the order in which they rate."""
        return self._rounds[0]

    def seat(self, number: int) -> tuple[Task, ...]:
        """The list of one rater, planned or beyond the plan.

        Args:
            number: from 0.
        """
        while number >= len(self._rounds) * self._raters:
            start = len(self._rounds) * self._raters
            self._rounds.append(self._round(range(start, start + self._raters)))
        return self._rounds[number // self._raters][number % self._raters]

    def _round(self, seats: range) -> tuple[tuple[Task, ...], ...]:
        grounds, first = self._grounds, seats.start == 0
        _require_contrasts(grounds, seats)
        found = _connected(grounds, seats) if first else links(grounds, seats, attempt=0)
        draw = grounds.draw("replies", seats.start)
        made = placed(grounds, items(grounds, found, self._stock, first=first, draw=draw), draw)
        lists: dict[int, list[PlannedItem]] = {seat: [] for seat in seats}
        for item in made:
            lists[item.seat].append(item)
        return tuple(_tasks(grounds, seat, lists[seat]) for seat in seats)


def allocate(stage: ConfirmStage, *, raters: int | None = None) -> Allocation:
    """Allocate the replies of a confirm stage to its raters; the same on every machine.

    Args:
        stage: names contrasts, units, the seed and the rating plan.
        raters: how many to plan for; default: as many as the plan says.

    Raises:
        PlanRefused: if the plan cannot keep its own rules; the message says what to change.
    """
    plan = stage.plan.rating
    return allocate_units(
        stage.units,
        plan if raters is None else plan.model_copy(update={"raters": raters}),
        seed=stage.plan.seed,
        scenarios={one.id: one.scenario for one in stage.contrasts},
    )


def allocate_units(
    units: Sequence[Unit],
    plan: RatingPlan,
    *,
    seed: int,
    scenarios: Mapping[str, str],
) -> Allocation:
    """Allocate any units; see ``allocate``.

    Args:
        units: every contrast in all of its arms, each with the same endpoints and replicates.
        plan: how many raters and items, in which form.
        seed: what every free choice starts from.
        scenarios: contrast id to scenario id.

    Raises:
        PlanRefused: if the plan cannot keep its own rules.
    """
    return Allocation(Grounds(units, plan, seed=seed, scenarios=scenarios))


def _require_contrasts(grounds: Grounds, seats: range) -> None:
    plan, wanted = grounds.plan, grounds.contrasts_per_rater
    widest = max(len(arms) for arms in grounds.choices.values())
    if not wanted:
        raise PlanRefused(
            f"assignment: got {plan.items_per_rater} items a rater and a contrast with {widest} "
            f"arms to compare; wanted room for all of them, as the plan is matched. Set "
            f"items_per_rater to {widest} or more, or 'matched: false'."
        )
    narrowest = min(len(arms) for arms in grounds.choices.values())
    fewest = wanted * narrowest if plan.matched else plan.items_per_rater
    if plan.repeats > fewest:
        raise PlanRefused(
            f"assignment: got {plan.repeats} repeats of {fewest} items a rater; wanted no item "
            f"repeated twice. Set repeats to at most {fewest}, or plan more items."
        )
    if seats.start == 0:
        # Before anything is dealt, which for a slip of some zeros would take for ever.
        replies = len(grounds.sources[0]) * grounds.sources[1]
        largest = -(-len(seats) * wanted // len(grounds.cells))
        if largest > 2 * replies:
            refuse_ratings(largest, replies)
    there = len(grounds.choices)
    if there < wanted:
        least = widest if plan.matched else 1
        raise PlanRefused(
            f"assignment: got {there} contrasts for a rater who is to meet {wanted}; wanted "
            "each at most once, as a second arm of a contrast would give it away. Set "
            f"items_per_rater to at most {there * least}, or add contrasts."
        )


def _connected(grounds: Grounds, seats: range) -> list[Link]:
    """The first of some drafts in which raters, contrasts and arms are connected."""
    for attempt in range(_DRAFTS):
        found = links(grounds, seats, attempt=attempt)
        if _hangs_together(grounds, found):
            return found
    _refuse(grounds, found)


def _hangs_together(grounds: Grounds, found: Sequence[Link]) -> bool:
    ratings = _rated(grounds, found)
    if grounds.plan.form == "single":
        return is_connected(ratings)
    # A pair compares two arms by itself: it is enough that raters share contrasts.
    return groups_of_ratings(ratings) == 1 and not _missing(grounds, ratings)


def _rated(grounds: Grounds, found: Sequence[Link]) -> list[Rating]:
    return [
        (link.seat, link.contrast, arm.label) for link in found for arm in grounds.arms_of(link)
    ]


def _missing(grounds: Grounds, ratings: Sequence[Rating]) -> set[str]:
    """Arms and contrasts that nobody rates."""
    planned = {arm.label for arms in grounds.choices.values() for arm in arms}
    return {*planned, *grounds.choices} - {name for _, *names in ratings for name in names}


def _refuse(grounds: Grounds, found: Sequence[Link]) -> NoReturn:
    ratings = _rated(grounds, found)
    missing = sorted(_missing(grounds, ratings))
    raters, contrasts = grounds.plan.raters, len(grounds.choices)
    arms = len({arm.label for arms in grounds.choices.values() for arm in arms})
    fault = (
        f"none for {', '.join(missing)}"
        if missing
        else f"{groups_of_ratings(ratings)} groups of raters that share nothing"
        if groups_of_ratings(ratings) > 1
        else "too few that compare arms"
    )
    raise PlanRefused(
        f"assignment: got {len(ratings)} ratings in all, by {raters} raters, and among these "
        f"{fault}; wanted raters, contrasts and arms connected, so that each can be told from the "
        f"others. {raters} raters, {contrasts} contrasts and {arms} arms take at least "
        f"{raters + contrasts + arms - 2} ratings, and better twice as many: plan more items a "
        "rater (two at least), more raters, or fewer contrasts."
    )


def _tasks(grounds: Grounds, seat: int, made: Sequence[PlannedItem]) -> tuple[Task, ...]:
    plan = grounds.plan
    order = ordered(
        [(item.contrast, item.arm) for item in made],
        [item.early for item in made],
        rank=grounds.common_order(seat // 2),
        backwards=seat % 2 == 1,
    )
    draw = grounds.draw("places", seat)
    found = places(order, repeats=plan.repeats, attention=len(plan.attention), seat=seat, draw=draw)
    tasks: list[Task] = []
    for place in found:
        tasks.append(_task(place, made, tasks))
    return tuple(tasks)


def _task(place: SittingPosition, made: Sequence[PlannedItem], before: Sequence[Task]) -> Task:
    position = len(before)
    if place.repeats is not None:
        return replace(
            before[place.repeats], position=position, purpose="repeat", repeats=place.repeats
        )
    if place.item is None:
        return Task(position, "attention", "", (), attention=place.attention)
    item = made[place.item]
    return Task(position, "rating", item.contrast, item.unit_ids, overlap=item.overlap)
