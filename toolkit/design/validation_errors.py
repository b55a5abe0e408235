"""Refusals: how a validator says what is allowed, and holds a word to a closed list."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from toolkit.design.document import one_of, suggestion

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


def raise_at(
    complaints: Iterable[tuple[tuple[str | int, ...], PydanticCustomError, object]],
) -> None:
    """Raise one error holding every complaint, each at its own place; nothing if there is none.

    Args:
        complaints: place below the validated value, the refusal, and the value refused.

    Raises:
        ValidationError: to be raised from inside a validator.
    """
    details = [
        InitErrorDetails(type=refused, loc=place, input=value)
        for place, refused, value in complaints
    ]
    if details:
        raise ValidationError.from_exception_data("written", details)


def each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Validate that a list names nothing twice."""
    raise_at(
        ((index,), refusal("each name once", "Delete one of the two."), word)
        for index, word in enumerate(words)
        if word in words[:index]
    )
    return words


def key_of(meanings: Mapping[str, str]) -> tuple[Any, ...]:
    """Annotations that hold a string to some keys and tell editors what each means."""

    def check(word: str) -> str:
        if word in meanings:
            return word
        raise refusal(one_of(meanings), suggestion(word, meanings))

    listed = {"enum": list(meanings), "enumDescriptions": list(meanings.values())}
    return AfterValidator(check), WithJsonSchema({"type": "string", **listed})
