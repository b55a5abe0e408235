"""Calls and answers as lines of JSON, between a run and its second process."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from toolkit.endpoints import Answer, Attempt, Message, Settings, TokenChoice, Usage
from toolkit.errors import EndpointError, EndpointFailed

_SETTINGS = tuple(Settings.__dataclass_fields__)
_ATTEMPT = tuple(Attempt.__dataclass_fields__)
_ANSWER = (
    "text",
    "finish_reason",
    "refused",
    "model_reported",
    "parameters",
    "seconds",
    "first_token_seconds",
    "logprobs",
)


class Outbox:
    """Writes lines to a pipe, as many at once as were put in since the event loop came round.

    Args:
        write: takes the bytes.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._lines: list[str] = []

    def put(self, value: object) -> None:
        """Send one value."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(json.dumps(value, separators=(",", ":")))

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        self._write(("\n".join(lines) + "\n").encode("ascii"))


class Inbox:
    """Cuts what arrives from a pipe into values."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[Any]:
        """Give every value that is complete now."""
        whole, found, rest = data.rpartition(b"\n")
        if not found:
            self._parts.append(data)
            return
        lines = b"".join([*self._parts, whole]).split(b"\n")
        self._parts = [rest] if rest else []
        for line in lines:
            yield json.loads(line)


def call_to_json(number: int, messages: Sequence[Message], settings: Settings) -> list[Any]:
    """Write a call."""
    asked = [(one.role, one.content) for one in messages]
    return [number, asked, [getattr(settings, name) for name in _SETTINGS]]


def call_from_json(value: list[Any]) -> tuple[int, list[Message], Settings]:
    """Read what ``call_to_json`` wrote."""
    number, asked, settings = value
    messages = [Message(role, content) for role, content in asked]
    return number, messages, Settings(**dict(zip(_SETTINGS, settings, strict=True)))


def end_to_json(number: int, ended: Answer | EndpointError) -> dict[str, Any]:
    """Write how a call ended."""
    tried = [[getattr(one, name) for name in _ATTEMPT] for one in ended.attempts]
    value: dict[str, Any] = {"number": number, "attempts": tried}
    if isinstance(ended, Answer):
        usage = ended.usage
        value["answer"] = [getattr(ended, name) for name in _ANSWER]
        value["usage"] = usage and (usage.prompt_tokens, usage.completion_tokens)
        return value
    value["error"] = type(ended).__name__
    value["message"] = str(ended)
    value["partial"] = ended.partial
    value["retry_after"] = ended.retry_after
    value["final"] = ended.final
    return value


def end_from_json(value: dict[str, Any]) -> Answer | EndpointError:
    """Read what ``end_to_json`` wrote."""
    attempts = tuple(Attempt(**dict(zip(_ATTEMPT, one, strict=True))) for one in value["attempts"])
    if "answer" in value:
        return _answer(value, attempts)
    kinds = {kind.__name__: kind for kind in EndpointError.__subclasses__()}
    return kinds.get(value["error"], EndpointFailed)(
        value["message"],
        attempts=attempts,
        partial=value["partial"],
        retry_after=value["retry_after"],
        final=value["final"],
    )


def _answer(value: dict[str, Any], attempts: tuple[Attempt, ...]) -> Answer:
    found = dict(zip(_ANSWER, value["answer"], strict=True))
    found["logprobs"] = tuple(TokenChoice(*one) for one in found["logprobs"])
    usage = value["usage"]
    if usage is not None:
        usage = Usage(prompt_tokens=usage[0], completion_tokens=usage[1])
    return Answer(**found, usage=usage, attempts=attempts)
