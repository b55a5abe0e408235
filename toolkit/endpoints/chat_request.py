"""Requests for chat completions, without the fields that a server has refused."""

import dataclasses
import json
import re
from collections.abc import Sequence
from typing import Any

from toolkit.endpoints.attempt_failure import Fault
from toolkit.endpoints.endpoint import Message, Settings
from toolkit.endpoints.partial_answer import writable

_NOT_KNOWN = re.compile(
    r"unknown|unrecogni[sz]ed|unsupported|not supported|not permitted|not allowed|extra|unexpected"
    r"|additional propert|invalid (?:field|parameter|argument)",
    re.IGNORECASE,
)
_LOGPROBS = ("logprobs", "top_logprobs")
_OPTIONAL = ("stream_options", "store", *_LOGPROBS)
_REFUSING = (400, 403, 422)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Dialect:
    """Request bodies for one server; it learns from refusals which fields to leave out.

    Attributes:
        refused: the fields that are left out.
    """

    def __init__(self) -> None:
        self.refused: frozenset[str] = frozenset()

    def body(self, model: str, messages: Sequence[Message], settings: Settings) -> dict[str, Any]:
        """Write the request: not stored, tokens counted.

        Args:
            model: the name the server knows it by.
            messages: the conversation, system message first.
            settings: how to ask.
        """
        wanted: dict[str, Any] = {
            "model": model,
            "messages": [{"role": one.role, "content": writable(one.content)} for one in messages],
            "stream": settings.stream,
        }
        if settings.stream and "stream_options" not in self.refused:
            wanted["stream_options"] = {"include_usage": True}
        wanted.update(self.parameters(settings))
        return wanted

    def parameters(self, settings: Settings) -> dict[str, Any]:
        """The part of the request that is recorded with the answer."""
        named = {"store": False, **settings.parameters()}
        if self.refused:
            if "max_tokens" in self.refused and "max_tokens" in named:
                named["max_completion_tokens"] = named["max_tokens"]
            named = {name: value for name, value in named.items() if name not in self.refused}
        return named

    def learn(self, fault: Fault, left_out: frozenset[str]) -> bool:
        """Note what the server does not know; True if the same request would now be another.

        Servers differ in four things only: some know no ``stream_options``, some no ``store``
        (they keep nothing, so leaving it out asks for no less), some give no log-probabilities,
        and some call ``max_tokens`` by a newer name.

        Args:
            fault: what came of a request.
            left_out: ``refused`` as it was when that request was written. Of many requests under
                way at once, each is refused for what one of them has taught already.
        """
        if fault.status not in _REFUSING:
            return False
        fresh = self._blamed(fault.got) - left_out
        self.refused |= fresh
        return bool(fresh)

    def _blamed(self, words: str) -> set[str]:
        if "max_completion_tokens" in words:
            return {"max_tokens"}
        named = {field for field in _OPTIONAL if re.search(rf"\b{field}\b", words)}
        if named & set(_LOGPROBS):
            named |= set(_LOGPROBS)
        return named if _NOT_KNOWN.search(words) else set()


def encoded(body: dict[str, Any]) -> bytes:
    """Write a request body as it goes over the wire."""
    return _JSON.encode(body).encode()


def request_body(model: str, messages: Sequence[Message], settings: Settings) -> dict[str, Any]:
    """Write the body of one request that is answered whole.

    Args:
        model: the name the server knows it by.
        messages: the conversation, system message first.
        settings: how to ask.
    """
    body = Dialect().body(model, messages, dataclasses.replace(settings, stream=False))
    # Whole answers are what a batch gives anyway, and some services refuse the word.
    return {name: value for name, value in body.items() if name != "stream"}
