"""One round of an allocation: who gets which reply or pair of which arm, on which side, how early.

``rater_allocation.py`` states the rules; here they are kept, one after the other: contrasts to
raters, arms to both, replies to arms, sides and halves of the list to what came of it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import NamedTuple

from toolkit.design.allocation.balanced_coloring import Path, dealt, even_out, halved
from toolkit.design.allocation.incomplete_blocks import deal_blocks
from toolkit.design.allocation.reply_rotation import Cell, ReplySource, Stock, doubles
from toolkit.design.allocation.sitting_order import generator
from toolkit.design.contrasts import Arm, ArmKind, Unit
from toolkit.design.studies import RatingPlan

_KIND_ORDER: tuple[ArmKind, ...] = ("reference", "paraphrase", "resample", "swap")
"""Kinds that every contrast has come first, so that one color means one kind everywhere."""


class Link(NamedTuple):
    """One rater meets one contrast, in one arm or (matched) in all of them."""

    seat: int
    contrast: str
    color: int
    """Which of the contrast's choices; -1 for all of them."""


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One reply or pair for one rater, before it has a place in a list."""

    seat: int
    contrast: str
    arm: Arm
    """The arm rated, in a pair the one that is not the reference."""
    source: ReplySource
    unit_ids: tuple[str, ...]
    overlap: bool
    early: bool = False
    """Whether it comes in the first half of the list."""


class Grounds:
    """What there is to allocate, in an order that does not depend on how it was listed.

    Args:
        units: every contrast in all of its arms.
        plan: how many raters and items, in which form.
        seed: what every free choice starts from.
        scenarios: contrast id to scenario id.
    """

    def __init__(
        self,
        units: Sequence[Unit],
        plan: RatingPlan,
        *,
        seed: int,
        scenarios: Mapping[str, str],
    ) -> None:
        self.plan, self.scenarios = plan, scenarios
        self._seed = seed
        self.units = {
            (one.contrast_id, one.arm, one.alias, one.replicate): one.unit_id for one in units
        }
        arms: dict[str, set[Arm]] = {}
        for unit in units:
            arms.setdefault(unit.contrast_id, set()).add(unit.arm)
        ranked = {name: _ranked(arms[name]) for name in sorted(arms)}
        # What a rater may get of a contrast: arms, or in pairs arms beside the reference.
        first = 1 if plan.form == "pair" else 0
        self.choices = {name: row[first:] for name, row in ranked.items()}
        self.references = {name: row[0] for name, row in ranked.items()}

    @property
    def contrasts_per_rater(self) -> int:
        """Contrasts each rater meets; matched, as many whole ones as fit."""
        widest = max(len(arms) for arms in self.choices.values())
        asked = self.plan.items_per_rater
        return asked // widest if self.plan.matched else asked

    @property
    def sources(self) -> tuple[list[str], int]:
        """Aliases, and how many replicates there are of each."""
        aliases = sorted({alias for _, _, alias, _ in self.units})
        return aliases, 1 + max(replicate for *_, replicate in self.units)

    @property
    def cells(self) -> list[Cell]:
        """Everything of which replies are given out: contrasts and colors."""
        if self.plan.matched:
            return [(name, -1) for name in self.choices]
        return [(name, color) for name, arms in self.choices.items() for color in range(len(arms))]

    def arms_of(self, link: Link) -> tuple[Arm, ...]:
        """What a rater gets of a contrast."""
        arms = self.choices[link.contrast]
        return arms if link.color < 0 else (arms[link.color],)

    def common_order(self, pair: int) -> dict[tuple[str, Arm], float]:
        """The order that a pair of seats has in common; without ``matched`` one a contrast."""
        draw, rank = self.draw("order", pair), dict[tuple[str, Arm], float]()
        for name, arms in self.choices.items():
            value = draw.random()
            rank |= {(name, arm): draw.random() if self.plan.matched else value for arm in arms}
        return rank

    def draw(self, *label: str | int) -> Random:
        """A generator for one purpose."""
        return generator(self._seed, *label)


def _ranked(arms: Collection[Arm]) -> tuple[Arm, ...]:
    return tuple(sorted(arms, key=lambda arm: (_KIND_ORDER.index(arm.kind), arm.persona_id)))


def links(grounds: Grounds, seats: range, *, attempt: int) -> list[Link]:
    """Give each seat its contrasts, and an arm of each.

    Args:
        grounds: what there is.
        seats: of this round.
        attempt: which draft of the round.
    """
    rows = deal_blocks(
        tuple(grounds.choices),
        raters=len(seats),
        per_rater=grounds.contrasts_per_rater,
        scenarios=grounds.scenarios,
        draw=grounds.draw("blocks", seats.start, attempt),
    )
    meetings = [(seats[number], name) for number, row in enumerate(rows) for name in row]
    if grounds.plan.matched:
        return [Link(seat, name, -1) for seat, name in meetings]
    colors = _colors(grounds, meetings, grounds.draw("arms", seats.start, attempt))
    return [Link(seat, name, color) for (seat, name), color in zip(meetings, colors, strict=True)]


def _colors(grounds: Grounds, meetings: Sequence[tuple[int, str]], draw: Random) -> list[int]:
    """Deal arms, evenly within contrasts, scenarios and raters."""
    alike = {name: "|".join(arm.label for arm in arms) for name, arms in grounds.choices.items()}
    width = {name: len(arms) for name, arms in grounds.choices.items()}
    left: list[Path] = [(seat, width[name], alike[name]) for seat, name in meetings]
    right: list[Path] = [(width[name], grounds.scenarios[name], name) for _, name in meetings]
    colors = [0] * len(meetings)
    for count in sorted(set(width.values())):
        chosen = [link for link, (_, name) in enumerate(meetings) if width[name] == count]
        found = dealt([left[one] for one in chosen], [right[one] for one in chosen], count, draw)
        for link, color in zip(chosen, found, strict=True):
            colors[link] = color
    if len(set(width.values())) > 1:
        everywhere = range(2 if grounds.plan.form == "pair" else 3)
        even_out(left, right, everywhere, colors)
    return colors


def items(
    grounds: Grounds, found: Sequence[Link], stock: Stock, *, first: bool, draw: Random
) -> list[PlannedItem]:
    """Give each link its replies.

    Args:
        grounds: what there is.
        found: who meets what.
        stock: the replies; what is given out is taken from it.
        first: whether this is the round that was planned, the only one with planned overlap.
        draw: where free choices come from.
    """
    cells: dict[Cell, list[Link]] = {}
    for link in sorted(found, key=lambda _: draw.random()):
        cells.setdefault((link.contrast, link.color), []).append(link)
    given_before = dict(stock.given)
    ratings = {cell: len(cells.get(cell, ())) for cell in grounds.cells}
    size, share = stock.size, grounds.plan.overlap
    again = doubles(ratings, size=size, share=share, draw=draw) if first else {}
    made: list[PlannedItem] = []
    for cell, here in cells.items():
        taken = stock.take(cell, len(here), again.get(cell, 0))
        seen = set(stock.orders[cell][: given_before.get(cell, 0)])
        twice = {source for source, times in Counter(taken).items() if times > 1}
        for link, source in zip(here, taken, strict=True):
            made += _made(grounds, link, source, overlap=source in seen or source in twice)
    return made


def _made(grounds: Grounds, link: Link, source: ReplySource, *, overlap: bool) -> list[PlannedItem]:
    made = []
    for arm in grounds.arms_of(link):
        both = (grounds.references[link.contrast], arm) if grounds.plan.form == "pair" else (arm,)
        ids = tuple(grounds.units[link.contrast, one, *source] for one in both)
        made.append(PlannedItem(link.seat, link.contrast, arm, source, ids, overlap))
    return made


def placed(grounds: Grounds, made: Sequence[PlannedItem], draw: Random) -> list[PlannedItem]:
    """Decide for each item whether it comes early and, in a pair, what stands on the left.

    Args:
        grounds: what there is.
        made: the items of a round.
        draw: where free choices come from.
    """
    seats: list[Path] = [(item.seat, item.contrast) for item in made]
    by_arm: list[Path] = [(item.arm.label, item.contrast, *item.source) for item in made]
    early = halved(seats, by_arm, draw)
    if grounds.plan.form == "single":
        return [replace(item, early=half) for item, half in zip(made, early, strict=True)]
    by_contrast: list[Path] = [(item.contrast, item.arm.label, *item.source) for item in made]
    turned = halved(seats, by_contrast, draw)
    return [
        replace(item, early=half, unit_ids=item.unit_ids[:: -1 if turn else 1])
        for item, half, turn in zip(made, early, turned, strict=True)
    ]
