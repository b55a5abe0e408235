"""Messages between a run and its second process: calls and their ends as lines of JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from toolkit.endpoints import Access, Answer, CallAttempt, Message, Settings
from toolkit.errors import EndpointError, EndpointFailed
from toolkit.probes.engine.job import Ended

LONGEST_LINE = 2**28
"""Bytes; more than the largest answer an endpoint reads takes when it is escaped."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make, under a number of its own."""

    number: int
    messages: tuple[Message, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Failure:
    kind: str
    message: str
    attempts: tuple[CallAttempt, ...]
    partial: str
    thoughts: str
    word: str
    retry_after: float | None
    final: bool


_FAILED_WITH = ("attempts", "partial", "thoughts", "word", "retry_after", "final")
_ACCESS = TypeAdapter(Access)
_CALL, _END = TypeAdapter(Call), TypeAdapter(tuple[int, Answer | _Failure])
_KINDS = {kind.__name__: kind for kind in EndpointError.__subclasses__()}


def access_to_line(access: Access) -> bytes:
    """Write how the server is reached."""
    return _ACCESS.dump_json(access) + b"\n"


def access_from_line(line: bytes) -> Access:
    """Read what ``access_to_line`` wrote."""
    return _ACCESS.validate_json(line)


def call_to_line(number: int, messages: Sequence[Message], settings: Settings) -> bytes:
    """Write a call.

    Args:
        number: its own.
        messages: what is asked.
        settings: how.
    """
    return _CALL.dump_json(Call(number, tuple(messages), settings)) + b"\n"


def call_from_line(line: bytes) -> Call:
    """Read what ``call_to_line`` wrote."""
    return _CALL.validate_json(line)


def end_to_line(number: int, ended: Ended) -> bytes:
    """Write how a call ended.

    Args:
        number: of the call.
        ended: its answer, or the failure.
    """
    if not isinstance(ended, Answer):
        more: dict[str, Any] = {name: getattr(ended, name) for name in _FAILED_WITH}
        return _END.dump_json((number, _Failure(type(ended).__name__, str(ended), **more))) + b"\n"
    return _END.dump_json((number, ended)) + b"\n"


def end_from_line(line: bytes) -> tuple[int, Ended]:
    """Read what ``end_to_line`` wrote: the call's number and how it ended."""
    number, ended = _END.validate_json(line)
    if isinstance(ended, Answer):
        return number, ended
    more: dict[str, Any] = {name: getattr(ended, name) for name in _FAILED_WITH}
    return number, _KINDS.get(ended.kind, EndpointFailed)(ended.message, **more)
