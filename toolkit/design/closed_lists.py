"""Closed lists: how a word is held to those allowed, and how a wrong one is answered."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

REFUSED = "refused"
"""The type of every complaint raised by our own validators."""


def refusal(wanted: str, hint: str = "", *, got: str = "") -> PydanticCustomError:
    """Make the error a validator raises: what is allowed, and what to do next.

    Args:
        wanted: what is allowed, to follow the words "wanted".
        hint: a whole sentence, or nothing.
        got: what was found, if the value itself would not say it well.
    """
    context = {"wanted": wanted, "hint": hint, "got": got}
    return PydanticCustomError(REFUSED, "wanted {wanted}", context)


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


def one_of(words: Iterable[str]) -> str:
    """List what is allowed, in the order given: ``one of a, b, c``."""
    return "one of " + ", ".join(words)


def key_of(meanings: Mapping[str, str]) -> tuple[Any, ...]:
    """Annotations that hold a string to some keys and tell editors what each means."""

    def check(word: str) -> str:
        if word in meanings:
            return word
        raise refusal(one_of(meanings), suggestion(word, meanings))

    listed = {"enum": list(meanings), "enumDescriptions": list(meanings.values())}
    return AfterValidator(check), WithJsonSchema({"type": "string", **listed})
