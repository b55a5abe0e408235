"""What one server understands: the request we would like to send, minus what it has refused."""

import re
from collections.abc import Sequence
from typing import Any

from toolkit.endpoints.draft import writable
from toolkit.endpoints.endpoint import Message, Settings
from toolkit.endpoints.fault import Fault

_NOT_KNOWN = re.compile(
    r"unknown|unrecogni[sz]ed|unsupported|not supported|not permitted|not allowed|extra|unexpected"
    r"|additional propert|invalid (?:field|parameter|argument)",
    re.IGNORECASE,
)
_OPTIONAL = ("stream_options", "store")


class Dialect:
    """Request bodies for one server; it learns from refusals which fields to leave out."""

    def __init__(self) -> None:
        self._refused: set[str] = set()

    def body(self, model: str, messages: Sequence[Message], settings: Settings) -> dict[str, Any]:
        """Write the request: not stored, tokens counted."""
        wanted = {
            "model": model,
            "messages": [{"role": one.role, "content": writable(one.content)} for one in messages],
            "stream": settings.stream,
            **({"stream_options": {"include_usage": True}} if settings.stream else {}),
            **self.parameters(settings),
        }
        return {name: value for name, value in wanted.items() if name not in self._refused}

    def parameters(self, settings: Settings) -> dict[str, Any]:
        """The part of the request that is recorded with the answer."""
        named = {"store": False, **settings.parameters()}
        if "max_tokens" in self._refused and "max_tokens" in named:
            named["max_completion_tokens"] = named["max_tokens"]
        return {name: value for name, value in named.items() if name not in self._refused}

    def learn(self, fault: Fault) -> bool:
        """Note a field the server does not know; True if the next request will differ.

        Servers differ in three fields only: some know no ``stream_options``, some no ``store``
        (they keep nothing, so leaving it out asks for no less), and some call ``max_tokens``
        by a newer name.
        """
        if fault.status not in (400, 422):
            return False
        for field in self._blamed(fault.got):
            if field not in self._refused:
                self._refused.add(field)
                return True
        return False

    def _blamed(self, words: str) -> list[str]:
        if "max_completion_tokens" in words:
            return ["max_tokens"]
        named = [field for field in _OPTIONAL if re.search(rf"\b{field}\b", words)]
        return named if _NOT_KNOWN.search(words) else []
