"""Messages between a run and its second process: calls and their ends as lines of JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import TypeAdapter

from toolkit.endpoints import Answer, CallAttempt, Message, Settings
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
    retry_after: float | None
    final: bool


@dataclass(frozen=True, slots=True)
class _End:
    number: int
    ended: Answer | _Failure


_CALL, _END = TypeAdapter(Call), TypeAdapter(_End)
_KINDS = {kind.__name__: kind for kind in EndpointError.__subclasses__()}


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
    told = ended if isinstance(ended, Answer) else _failure(ended)
    return _END.dump_json(_End(number, told)) + b"\n"


def end_from_line(line: bytes) -> tuple[int, Ended]:
    """Read what ``end_to_line`` wrote: the call's number and how it ended."""
    end = _END.validate_json(line)
    if isinstance(end.ended, Answer):
        return end.number, end.ended
    failed = end.ended
    return end.number, _KINDS.get(failed.kind, EndpointFailed)(
        failed.message,
        attempts=failed.attempts,
        partial=failed.partial,
        retry_after=failed.retry_after,
        final=failed.final,
    )


def _failure(problem: EndpointError) -> _Failure:
    return _Failure(
        type(problem).__name__,
        str(problem),
        cast(tuple[CallAttempt, ...], problem.attempts),
        problem.partial,
        problem.retry_after,
        problem.final,
    )
