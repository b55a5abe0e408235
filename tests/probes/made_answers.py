"""Answers made by hand, and an endpoint that notes what it is asked."""

import asyncio
from collections.abc import Callable
from typing import Any

from toolkit.endpoints import Answer, CallAttempt, Message, Settings
from toolkit.endpoints.endpoint import TokenUsage


def usage_of(sent: int | None, said: int | None) -> TokenUsage:
    return TokenUsage(prompt_tokens=sent, completion_tokens=said)


def answer_of(text: str = "Yes.", *, usage: TokenUsage | None = None) -> Answer:
    """An answer that came at the first attempt."""
    attempt = CallAttempt(
        number=1, started_at="", seconds=0.0, status=200, error="", message="", waited=0.0
    )
    return Answer(
        text=text,
        finish_reason="stop",
        refused=False,
        model_reported="asked",
        parameters={},
        usage=usage,
        seconds=0.0,
        first_token_seconds=None,
        attempts=(attempt,),
    )


class Asked:
    """An endpoint that notes what it is asked and answers as it is told."""

    name = "scripted:asked"
    host = ""

    def __init__(self, answer: Callable[[int], str | Exception] = lambda _: "Yes.") -> None:
        self.seen: list[tuple[tuple[Message, ...], Settings]] = []
        self.answer = answer

    async def reply(self, messages: Any, *, settings: Any = None, on_token: Any = None) -> Answer:
        self.seen.append((tuple(messages), settings))
        said = self.answer(len(self.seen) - 1)
        await asyncio.sleep(0)
        if isinstance(said, Exception):
            raise said
        return answer_of(said)

    async def close(self) -> None: ...
