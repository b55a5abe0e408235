"""Lint context, which rules look at: a contrast's texts, its people, and every arm as sent."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from toolkit.design.contrasts.arm_messages import Rendered, RenderedTurn, render
from toolkit.design.contrasts.contrast import Arm, Contrast, PromptTurn
from toolkit.design.contrasts.cue_values import cue_values
from toolkit.design.document import FieldPath
from toolkit.design.personas import Persona
from toolkit.design.scenarios import Scenario
from toolkit.wording import WORD, Slot, begins_sentence, slots_in

_AROUND = 24
"""Characters shown on either side of what a complaint is about."""
_LONGEST = 72
"""Characters shown of a difference that is itself long."""


class LintFault(NamedTuple):
    """One thing wrong at one place of a contrast; becomes a Complaint of its file."""

    place: FieldPath
    got: str
    wanted: str
    hint: str = ""


@dataclass(frozen=True)
class PromptMessage:
    """One written message of the prompt or the paraphrase."""

    part: str
    """``prompt`` or ``paraphrase``."""
    index: int
    turn: PromptTurn

    @property
    def place(self) -> FieldPath:
        """Where its text stands in the file."""
        return (self.part, self.index, "text")

    @property
    def text(self) -> str:
        """As written, with its slots."""
        return self.turn.text

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Its slots in order."""
        return slots_in(self.text)

    @cached_property
    def literal(self) -> str:
        """The text with every slot blanked, so that offsets stay and only fixed words are left."""
        text = self.text
        for slot in self.slots:
            text = text[: slot.start] + "\0" * (slot.end - slot.start) + text[slot.end :]
        return text

    @cached_property
    def _closed(self) -> str:
        """The text with every sentence slot ended by a full stop, as what fills it does."""
        text = self.text
        for slot in self.slots:
            if slot.is_sentence:
                text = text[: slot.start].ljust(slot.end - 1, "\0") + "." + text[slot.end :]
        return text

    def begins_sentence(self, offset: int) -> bool:
        """Whether a sentence begins at this offset of the written text."""
        return begins_sentence(self._closed[:offset])

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each sentence of the written text."""
        starts = [0] + [
            match.start()
            for match in re.finditer(r"(?<=\s)\S", self.text)
            if self.begins_sentence(match.start())
        ]
        return tuple(zip(starts, [*starts[1:], len(self.text)], strict=True))


class LintContext:
    """A contrast laid out for its rules.

    Args:
        contrast: what is examined.
        people: personas by id; those of the contrast that are missing here get a fault.
        scenario: its scenario, whose names of companies and products are known; may be unknown.
    """

    def __init__(
        self, contrast: Contrast, people: Mapping[str, Persona], scenario: Scenario | None
    ) -> None:
        self.contrast = contrast
        self.everybody = people
        self.people = {name: people[name] for name in contrast.personas if name in people}
        self.scenario = scenario
        self.messages = tuple(
            PromptMessage(part, index, turn)
            for part, turns in (("prompt", contrast.prompt), ("paraphrase", contrast.paraphrase))
            for index, turn in enumerate(turns)
        )
        self.reference, *swaps, self.paraphrase, _ = contrast.arms
        self.swaps = tuple(swaps)
        self._kept: dict[tuple[Arm, int], Rendered] = {}

    @cached_property
    def slots(self) -> frozenset[str]:
        """Names of all slots, wherever they stand."""
        return frozenset(slot.name for message in self.messages for slot in message.slots)

    @property
    def replicates(self) -> range:
        """As many as it takes to send every listed name once."""
        return range(max([1, *(len(names.listed) for names in self.contrast.names.values())]))

    def place_of(self, persona_id: str) -> FieldPath:
        """Where the contrast names a persona."""
        return ("personas", self.contrast.personas.index(persona_id))

    def values(self, persona_id: str) -> Iterator[dict[str, str]]:
        """What a persona brings, once for each of its names."""
        for replicate in self.replicates:
            yield cue_values(self.contrast, self.people[persona_id], replicate=replicate)

    def sent(self, arm: Arm, replicate: int = 0) -> Rendered:
        """One arm as it is sent."""
        key = (arm, replicate)
        if key not in self._kept:
            person = self.people[arm.persona_id]
            self._kept[key] = render(self.contrast, arm, person, replicate=replicate)
        return self._kept[key]

    def said(self, arm: Arm, replicate: int = 0) -> str:
        """What the user says in one arm, all messages together."""
        return "\n".join(
            turn.text for turn in self.sent(arm, replicate).turns if turn.role == "user"
        )

    def as_sent(self, message: PromptMessage, start: int, end: int, *, wrong_for: str = "") -> str:
        """Quote a stretch of a written text as the arms send it.

        A prompt is quoted from the reference and from a swap, with the words in which the two
        differ; a paraphrase from the one arm it has.

        Args:
            message: the written text.
            start: where the stretch begins in it.
            end: where it ends.
            wrong_for: the persona whose swap shows the fault; default: the first that differs.
        """
        if message.part == "paraphrase":
            text = _stretch(message, self.sent(self.paraphrase), start, end)[0]
            return f'"{text}" (paraphrase)'
        reference = _stretch(message, self.sent(self.reference), start, end)
        swaps = [(arm, _stretch(message, self.sent(arm), start, end)) for arm in self.swaps]
        differs = [pair for pair in swaps if pair[1][1] != reference[1]] or swaps
        shows = [pair for pair in differs if pair[0].persona_id == wrong_for] or differs
        arm, swap = shows[0]
        quoted = f'"{reference[0]}" (reference) and "{swap[0]}" ({arm.label})'
        if reference[1] == swap[1]:
            return quoted
        return f"{quoted}: {differing(reference[1], swap[1])}"

    def fault(
        self,
        message: PromptMessage,
        stretch: tuple[int, int],
        wanted: str,
        hint: str = "",
        *,
        wrong_for: str = "",
    ) -> LintFault:
        """Make the fault of a stretch of a written text, quoted as written and as sent."""
        start, end = stretch
        written = " ".join(message.text[start:end].split())
        got = f'"{written}", sent as {self.as_sent(message, start, end, wrong_for=wrong_for)}'
        return LintFault(message.place, got, wanted, hint)


def _stretch(message: PromptMessage, rendered: Rendered, start: int, end: int) -> tuple[str, str]:
    """The stretch as sent, once with what is around it and once alone."""
    turn = rendered.turns[message.index]
    first, last = _sent_offset(message, turn, start), _sent_offset(message, turn, end, after=True)
    return excerpt(turn.text, first, last), turn.text[first:last]


def _sent_offset(
    message: PromptMessage, turn: RenderedTurn, offset: int, *, after: bool = False
) -> int:
    shift = 0
    for slot, span in zip(message.slots, turn.spans, strict=True):
        if offset < slot.end or (offset == slot.end and not after):
            return span.start if slot.start <= offset < slot.end else offset + shift
        shift = span.end - slot.end
    return offset + shift


def excerpt(text: str, start: int, end: int) -> str:
    """Quote a stretch with a few words around it, on one line, cut where it is long.

    Args:
        text: the whole text.
        start: where the stretch begins, in code points.
        end: where it ends.
    """
    if end - start > _LONGEST:
        end = start + _LONGEST
    before, after = text[:start], text[end:]
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:].partition(" ")[2]
    if len(after) > _AROUND:
        after = after[:_AROUND].rpartition(" ")[0] + "…"
    return " ".join(f"{before}{text[start:end]}{after}".split())


def differing(first: str, second: str, *, longest: int | None = None) -> str:
    """Name the words in which two texts differ: ``'her' against 'his'``.

    Args:
        first: a text.
        second: the other.
        longest: how many characters of each side to keep; the last word of those goes, too.
    """
    one, other = WORD.findall(first), WORD.findall(second)
    blocks = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    left = [" ".join(one[a:b]) for kind, a, b, _, _ in blocks if kind != "equal"]
    right = [" ".join(other[c:d]) for kind, _, _, c, d in blocks if kind != "equal"]
    return " against ".join(repr(_first(" … ".join(side), longest)) for side in (left, right))


def _first(words: str, longest: int | None) -> str:
    if longest is None or len(words) < longest:
        return words
    return words[:longest].rpartition(" ")[0] + " …"
