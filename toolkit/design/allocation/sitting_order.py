"""Order of a rater's items: counterbalanced halves, attention items between, repeats at the end.

Halves first: each rater's items are dealt into a first and a second half so that each arm, each
contrast and arm, and each reply comes as often early as late (or differs by 1). Within a half,
seats 2k and 2k + 1 go through the contrasts in one common order, the one forwards, the other
backwards, so that whatever carries over from one contrast to the next does so both ways.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from toolkit.canon import content_hash

Key = TypeVar("Key")


class SittingPosition(NamedTuple):
    """One place of a rater's list: exactly one of the three is set."""

    item: int | None = None
    """Which of the rater's items, as they were passed in."""
    repeats: int | None = None
    """The place, in the finished list, that is shown again."""
    attention: int | None = None
    """Which attention item."""


def generator(*label: object) -> Random:
    """A generator of one's own for each purpose, the same on every machine."""
    return Random(int(content_hash(list(label)).rpartition(":")[2], 16))


def ordered(
    keys: Sequence[Key], early: Sequence[bool], *, rank: Mapping[Key, float], backwards: bool
) -> list[int]:
    """Order the items of one seat.

    Args:
        keys: what each item is about.
        early: whether each belongs to the first half.
        rank: where each key comes in the order that two seats have in common.
        backwards: True for one of the two.
    """
    order = sorted(range(len(keys)), key=lambda one: rank[keys[one]], reverse=backwards)
    return sorted(order, key=lambda one: not early[one])


def places(
    order: Sequence[int], *, repeats: int, attention: int, seat: int, draw: Random
) -> list[SittingPosition]:
    """Put attention items between a rater's items, and repeats at the end.

    Args:
        order: the rater's items, as ``ordered`` returns them.
        repeats: how many are shown again; taken from the first half, in the same order, so that
            at least half of the items lie between an item and its repeat.
        attention: how many attention items there are; each comes once, in an order that rotates
            over seats, spread over the list and never first unless the list has one item only.
        seat: from 0.
        draw: where free choices come from.
    """
    found = [SittingPosition(item=one) for one in order]
    early = max(repeats, (len(order) + 1) // 2)
    chosen = sorted(sorted(range(early), key=lambda _: draw.random())[:repeats])
    again = [order[place] for place in chosen]
    for number in reversed(range(attention)):
        share = (number + 0.25 + draw.random() / 2) / attention
        here = max(1, round(share * len(order)))
        found.insert(here, SittingPosition(attention=(number + seat) % attention))
    at = {place.item: index for index, place in enumerate(found)}
    return found + [SittingPosition(repeats=at[item]) for item in again]
