"""A document: what one file people wrote says, and the words to speak of a place or value in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from toolkit.errors import Complaint

FieldPath = tuple[str | int, ...]
"""Where a value is: keys and positions (from 0) from the top of the file."""


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says: nested dicts, lists and texts, with the line each value begins on."""

    file: str
    """Path below the workspace, as shown to people."""
    value: dict[str, object] | None
    """None when the file cannot be read at all."""
    lines: dict[FieldPath, int] = field(default_factory=dict)
    unread: frozenset[FieldPath] = frozenset()
    """Places whose value is a stand-in, already complained about."""
    complaints: tuple[Complaint, ...] = ()

    def line_of(self, place: FieldPath) -> int:
        """The line of a place, or of the nearest thing around it; 0 for the whole file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines[place] if place else 0


def dotted(place: FieldPath) -> str:
    """Write a place as people read it: ``form.2.ask``, entries of a list counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else shorten(part, 40) for part in place)


def shown(value: object) -> str:
    """Describe a value in a few words: nothing, quoted text, a list, fields."""
    if isinstance(value, dict):
        return "fields"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = str(value)
    return repr(shorten(text, 60)) if text else "nothing"


def shorten(text: str, length: int) -> str:
    """Cut a text, with an ellipsis in place of what is lost.

    Args:
        text: of any length.
        length: characters that are left at most.
    """
    return text if len(text) <= length else text[: length - 1] + "…"


def one_of(words: Iterable[str]) -> str:
    """List what is allowed, in the order given: ``one of a, b, c``."""
    return "one of " + ", ".join(words)


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """Say ``Did you mean 'x'?`` when an allowed word is close, else nothing.

    Args:
        word: what was written.
        allowed: what may be written there.
    """
    words = list(allowed)
    folded = word.strip().lower().replace(" ", "_")
    ends = [known for known in words if folded and known.endswith("." + folded)]
    close = ends or get_close_matches(folded, words, n=1, cutoff=0.6)
    close = close or get_close_matches(folded.replace("_", "-"), words, n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""
