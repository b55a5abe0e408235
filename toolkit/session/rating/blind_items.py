"""Blind items: a planned task as its rater sees it, masked, under an id that says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from toolkit.canon import content_hash, new_id
from toolkit.design import (
    Allocation,
    Arm,
    ConfirmStage,
    Contrast,
    Question,
    Rendered,
    Task,
    Unit,
    render,
)
from toolkit.record import (
    Item,
    RaterSeat,
    Reader,
    Record,
    Reply,
    Sweep,
    SweepEnd,
    newest_reply,
)
from toolkit.session.contrast_mask import Mask

UNUSABLE = frozenset({"errored", "empty", "stopped"})
"""Outcomes without an answer to rate; refused and truncated answers are rated like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One item as its rater sees it; nothing here says who, which arm or which endpoint."""

    item_id: str
    form: Literal["single", "pair"]
    title: str
    situation: str
    """What the prompt was written in; empty where there is none."""
    prompt: tuple[dict[str, str], ...]
    """``{"role": "user" | "assistant", "text": …}`` each."""
    replies: tuple[str, ...]
    """One, or the left and the right one of a pair."""
    questions: tuple[Question, ...]
    """Asked of a single reply; none of a pair."""
    position: int
    """Which item of ``of`` this is, from 1."""
    of: int
    answers: Mapping[str, int | None]
    """Question to the answer that stands."""
    preferred: Literal["left", "right", "equal", "neither"] | None
    """The choice that stands."""
    why: str
    passed: bool
    """Whether it was passed over."""


class ItemMaker:
    """Makes items for the raters of one confirm freeze.

    Args:
        stage: what is confirmed.
        allocation: who rates what; replies outside it may stand in for missing ones.
        record: where the replies are.
    """

    def __init__(self, stage: ConfirmStage, allocation: Allocation, record: Record) -> None:
        self._stage = stage
        self._allocation = allocation
        self._record = record
        self._contrasts = {one.id: one for one in stage.contrasts}
        self._units = {unit.unit_id: unit for unit in stage.units}
        self._masks: dict[str, Mask] = {}
        self._found: dict[str, Reply] = {}
        self._read = 0
        self._seats: dict[str, int] = {}
        self._standing_in: dict[str, set[str]] = {}
        self._hash = stage.hash

    def replies(self, task: Task) -> tuple[Reply, ...] | None:
        """What a task shows, another replicate in the place of a missing one; None if neither."""
        found = [self._usable(unit_id) or self._spare(unit_id) for unit_id in task.unit_ids]
        return tuple(one for one in found if one is not None) if all(found) else None

    def is_due(self, task: Task) -> bool:
        """Whether a reply of the task has not come yet, neither well nor badly."""
        unknown = (unit_id for unit_id in task.unit_ids if unit_id not in self._found)
        return any(newest_reply(self._record, unit_id) is None for unit_id in unknown)

    @property
    def replies_may_come(self) -> bool:
        """Whether missing replies are on their way: false once the newest sweep was stopped."""
        sweeps = [row for row in self._record.rows(Sweep) if row.confirm_hash == self._hash]
        end = self._reader.find(f"{sweeps[-1].sweep_id}.end", SweepEnd) if sweeps else None
        return end is None or end.reason == "finished"

    def item(self, task: Task, session_id: str, replies: tuple[Reply, ...]) -> Item:
        """Make the item of a rating task.

        Args:
            task: what is due.
            session_id: of the rater's work.
            replies: what the task shows.
        """
        contrast = self._contrasts[replies[0].contrast_id]
        texts = [self._text(contrast, reply) for reply in replies]
        made = self._item(task, session_id, contrast, self._prompt(contrast, replies), texts)
        units = tuple(reply.unit_id for reply in replies)
        return replace(made, unit_ids=units, overlap=task.overlap)

    def repeat(self, task: Task, original: Item) -> Item:
        """Make an item that shows an earlier one of the same rater again.

        Args:
            task: what is due.
            original: the item as it was shown.
        """
        return replace(
            original,
            item_id=new_id(),
            position=task.position,
            purpose="repeat",
            overlap=False,
            repeats=original.item_id,
        )

    def attention(self, task: Task, session_id: str) -> Item:
        """Make an item whose answer is known; always a single one, on the study's form.

        Args:
            task: what is due.
            session_id: of the rater's work.
        """
        planned = self._stage.plan.rating.attention[task.attention or 0]
        prompt = [{"role": "user", "text": planned.prompt}]
        # Under the heading of any other item: who only looks out for checks must read to find one.
        number = int(content_hash([session_id, task.position]).rpartition(":")[2], 16)
        contrast = self._stage.contrasts[number % len(self._stage.contrasts)]
        made = self._item(task, session_id, contrast, prompt, [planned.reply])
        return replace(made, expected=planned.answer)

    # ── texts ───────────────────────────────────────────────────────────────────────────────────

    def _item(
        self,
        task: Task,
        session_id: str,
        contrast: Contrast,
        prompt: list[dict[str, str]],
        replies: list[str],
    ) -> Item:
        scenario = self._stage.study.scenario(contrast.scenario)
        form = self._stage.questions if len(replies) == 1 else ()
        return Item(
            item_id=new_id(),
            session_id=session_id,
            position=task.position,
            purpose=task.purpose,
            form="single" if len(replies) == 1 else "pair",
            unit_ids=(),
            overlap=False,
            repeats=None,
            shown={
                "title": scenario.title,
                "situation": scenario.situation,
                "prompt": prompt,
                "replies": replies,
                "questions": [
                    {"id": one.id, "ask": one.ask, "low": one.low, "high": one.high} for one in form
                ],
            },
        )

    def _text(self, contrast: Contrast, reply: Reply) -> str:
        if self._stage.plan.rating.show_cue:
            return reply.text
        return self._mask(contrast).reply(reply.text)

    def _prompt(self, contrast: Contrast, replies: tuple[Reply, ...]) -> list[dict[str, str]]:
        """The messages of one reply, or of both of a pair.

        Masked, prompts of one contrast differ at most as a paraphrase does. Whoever meets several
        of its arms gets the reference's words for all, so that nothing tells the arm.
        """
        units = [self._units[one.unit_id] for one in replies]
        rendered = [self._rendered(contrast, unit.arm, unit.replicate) for unit in units]
        if self._stage.plan.rating.show_cue:
            return _side_by_side(rendered)
        one_arm = len(rendered) == 1 and not self._stage.plan.rating.matched
        only = rendered[0] if one_arm else self._rendered(contrast, contrast.arms[0])
        return list(self._mask(contrast).prompt(only))

    def _mask(self, contrast: Contrast) -> Mask:
        if contrast.id not in self._masks:
            people = [self._stage.study.persona(name) for name in contrast.personas]
            self._masks[contrast.id] = Mask(contrast, people)
        return self._masks[contrast.id]

    def _rendered(self, contrast: Contrast, arm: Arm, replicate: int = 0) -> Rendered:
        persona = self._stage.study.persona(arm.persona_id)
        return render(contrast, arm, persona, replicate=replicate)

    # ── replies ─────────────────────────────────────────────────────────────────────────────────

    def _usable(self, unit_id: str) -> Reply | None:
        """The reply to a unit if it can be rated; an answer is never sent for again."""
        if unit_id not in self._found:
            reply = newest_reply(self._record, unit_id)
            if reply is None or reply.exchange.outcome in UNUSABLE:
                return None
            self._found[unit_id] = reply
        return self._found[unit_id]

    def _spare(self, missing: str) -> Reply | None:
        """Another replicate of the same contrast, arm and endpoint that nobody else rates."""
        wanted = self._units[missing]
        others = {unit.unit_id for unit in self._units.values() if _same_cell(unit, wanted)}
        spare = others - self._planned
        # The same order for every rater of the missing reply, so that an overlap stays one.
        ranked = sorted(spare, key=lambda one: content_hash([missing, one]))
        there = [reply for one in ranked if (reply := self._usable(one))]
        taken = self._stand_ins() if there else {}
        free = (one for one in there if taken.get(one.unit_id, {missing}) == {missing})
        return next(free, None)

    @cached_property
    def _planned(self) -> set[str]:
        return {name for seat in self._allocation.seats for task in seat for name in task.unit_ids}

    def _stand_ins(self) -> dict[str, set[str]]:
        """Reply to the missing ones it stands in for; of the record only what is new is read."""
        news = self._reader.entries(kinds=[RaterSeat.KIND, Item.KIND], after=self._read)
        for entry, row in news:
            self._read = entry.number
            if isinstance(row, RaterSeat):
                self._seats[row.session_id] = row.seat
            elif isinstance(row, Item) and row.purpose == "rating":
                self._note_stand_in(row)
        return self._standing_in

    @property
    def _reader(self) -> Reader:
        return self._record.read(role="rater", purpose="rating", include_withdrawn=True)

    def _note_stand_in(self, item: Item) -> None:
        if not set(item.unit_ids) & self._units.keys():
            return
        planned = self._allocation.seat(self._seats[item.session_id])[item.position]
        for due, shown in zip(planned.unit_ids, item.unit_ids, strict=True):
            if shown != due:
                self._standing_in.setdefault(shown, set()).add(due)


def _same_cell(one: Unit, other: Unit) -> bool:
    return (one.contrast_id, one.arm, one.alias) == (other.contrast_id, other.arm, other.alias)


def _side_by_side(rendered: list[Rendered]) -> list[dict[str, str]]:
    """Messages as they were sent; where those of a pair differ, both under their letter."""
    turns = []
    for same in zip(*(one.turns for one in rendered), strict=True):
        texts = list(dict.fromkeys(turn.text for turn in same))
        lettered = "\n\n".join(
            f"{letter}: {text}" for letter, text in zip("AB", texts, strict=False)
        )
        turns.append({"role": same[0].role, "text": texts[0] if len(texts) == 1 else lettered})
    return turns
