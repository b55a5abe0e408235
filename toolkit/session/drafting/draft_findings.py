"""Draft findings on the words of a message: a slot proposed, or a question left open."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from toolkit.wording import Phrase, PhraseMatcher

Sureness = Literal["sure", "likely"]
"""``sure``: written exactly as the persona's file has it; ``likely``: read that way by rule."""
Stretch = tuple[int, int]
"""Start and end in code points of a message."""


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """Words that may tell who is asking: a slot takes their place, or somebody has to decide."""

    message: int
    """Which message of the prompt, from 0."""
    start: int
    """Code points of the message before anything was replaced; 0 for the whole message."""
    end: int
    words: str
    """The words as the tester wrote them; empty when the question is about the whole message."""
    says: str
    """Of a slot: why, after "because it is"; else the question, one sentence."""
    slot: str = ""
    """One slot or two, such as ``{a} {noun}``; empty: the words stay until somebody decides."""
    sureness: Sureness | None = None


@dataclass(frozen=True, slots=True)
class LiftedMessage:
    """One message of the prompt, as it was said."""

    number: int
    """From 0."""
    text: str

    def find(self, words: str) -> Iterator[Stretch]:
        """Find words whatever their case and accents."""
        for found in PhraseMatcher([Phrase(words)]).find(self.text):
            yield found.start, found.end

    def says(self, stretch: Stretch) -> str:
        """The words of a stretch."""
        return self.text[slice(*stretch)]

    def slot(
        self, stretch: Stretch, slot: str, reason: str, sureness: Sureness = "likely"
    ) -> DraftFinding:
        """Propose a slot for a stretch."""
        return DraftFinding(self.number, *stretch, self.says(stretch), reason, slot, sureness)

    def ask(self, stretch: Stretch, asks: str) -> DraftFinding:
        """Leave a stretch to a person."""
        return DraftFinding(self.number, *stretch, self.says(stretch), asks)


def first_come(findings: Iterable[DraftFinding]) -> list[DraftFinding]:
    """Keep every finding that overlaps none before it, in the order of the text."""
    kept: list[DraftFinding] = []
    for one in findings:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.start, one.end))


def replaced(text: str, findings: Iterable[DraftFinding]) -> str:
    """Put every proposed slot in its place; open questions change nothing.

    Args:
        text: a message as it was said.
        findings: about this message, in the order of the text, none overlapping another
            (``first_come``).
    """
    parts, end = [], 0
    for one in findings:
        if one.slot:
            parts += [text[end : one.start], one.slot]
            end = one.end
    return "".join([*parts, text[end:]])
