"""Worklist of a rater: the next item, and what cannot be shown."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

from toolkit.design import Task
from toolkit.record import Item, JudgedItem, RaterHistory
from toolkit.session.rating.blind_items import ItemMaker

Prospect = Literal["ready", "pending", "lost"]
"""Whether a task can be shown now, may be later, or not at all."""


class Worklist:
    """The tasks of one seat against what its rater has done.

    Args:
        tasks: what is asked of the rater, in order.
        kept: what the rater has left so far; read anew at each question.
        maker: makes items, and knows which replies are there.
    """

    def __init__(self, tasks: Sequence[Task], kept: RaterHistory, maker: ItemMaker) -> None:
        self._tasks = tasks
        self._kept = kept
        self._maker = maker

    @property
    def open_item(self) -> JudgedItem | None:
        """The first item that was handed out and is not done with."""
        return next((one for one in self._kept.items.values() if not one.complete), None)

    @property
    def outlook(self) -> tuple[int, int, int]:
        """Items done with, tasks that can be shown now, and tasks whose reply may still come.

        An open item can be shown; a task whose reply failed and has no other is in no count.
        """
        prospects = [self._prospect(task) for task in self._left()]
        done = sum(one.complete for one in self._kept.items.values())
        return done, prospects.count("ready"), prospects.count("pending")

    @property
    def over(self) -> bool:
        """Whether nothing is left that could ever be shown."""
        return all(self._prospect(task) == "lost" for task in self._left())

    def next_item(self) -> Callable[[], Item] | None:
        """How to make the item that is due; None while none can be shown.

        Where a reply has not come yet, others come first; another replicate stands in for it only
        once nothing else is left.
        """
        instead = None
        for task in self._left():
            if self._prospect(task) != "ready":
                continue
            if not self._maker.is_due(task):
                return partial(self._make, task)
            instead = instead or partial(self._make, task)
        return instead

    def _left(self) -> Iterator[Task]:
        done = {one.item.position for one in self._kept.items.values() if one.complete}
        return (task for task in self._tasks if task.position not in done)

    def _prospect(self, task: Task) -> Prospect:
        match task.purpose:
            case "attention":
                return self._attention_prospect()
            case "repeat":
                return self._repeat_prospect(task)
        if self._at(task.position) is not None or self._maker.replies(task):
            return "ready"
        return "pending" if self._maker.is_due(task) else "lost"

    def _attention_prospect(self) -> Prospect:
        """A check on reading makes sense among other items, not instead of them."""
        if self._kept.items:
            return "ready"
        rating = [self._prospect(task) for task in self._tasks if task.purpose == "rating"]
        if "ready" in rating:
            return "ready"
        return "pending" if "pending" in rating else "lost"

    def _repeat_prospect(self, task: Task) -> Prospect:
        original = self._at(task.repeats)
        if original is not None and original.complete:
            if original.rated and self._long_ago(task, original):
                return "ready"
            return "pending" if original.rated and self._more_to_come() else "lost"
        first = next((one for one in self._tasks if one.position == task.repeats), None)
        if first is None or self._prospect(first) == "lost":
            return "lost"
        return "pending"

    def _more_to_come(self) -> bool:
        """Whether other items than repeats are left, so that a repeat's time may still come."""
        others = (task for task in self._left() if task.purpose != "repeat")
        return any(self._prospect(task) != "lost" for task in others)

    def _long_ago(self, task: Task, original: JudgedItem) -> bool:
        """Whether enough was shown since, as a seat taken over or a late reply may leave little.

        Half of what the plan has in between, and never nothing: who remembers the answer measures
        memory. Whatever else is ready comes first, so this is asked when little is left.
        """
        planned = task.position - (task.repeats or 0) - 1
        since = list(self._kept.items)[::-1].index(original.item.item_id)
        return since >= max(1, planned // 2)

    def _make(self, task: Task) -> Item:
        session_id = self._kept.seat.session_id
        if task.purpose == "attention":
            return self._maker.attention(task, session_id)
        original = self._at(task.repeats)
        if task.purpose == "repeat" and original is not None:
            return self._maker.repeat(task, original.item)
        return self._maker.item(task, session_id, self._maker.replies(task) or ())

    def _at(self, position: int | None) -> JudgedItem | None:
        items = self._kept.items.values()
        return next((one for one in items if one.item.position == position), None)
