"""The answer in flight is sent in pieces, never twice, unless a page asks."""

import asyncio
import random
from typing import Any

from toolkit.widgets.answer_stream import INTERVAL, AnswerStream


def stream(pieces: list[str], *, pause: float = 0.0) -> list[dict[str, Any]]:
    emitted: list[dict[str, Any]] = []

    async def journey() -> None:
        streaming = AnswerStream("one", emitted.append)
        for piece in pieces:
            streaming.add(piece)
            await asyncio.sleep(pause)
        await asyncio.sleep(2 * INTERVAL)
        streaming.end()

    asyncio.run(journey())
    return emitted


def test_the_first_piece_goes_at_once_and_the_rest_together() -> None:
    emitted = stream(list("abcdef"))
    assert [one["text"] for one in emitted] == ["", "a", "bcdef"]
    assert [one["part"] for one in emitted] == [0, 1, 2]
    assert not any(one["whole"] for one in emitted)


def test_a_megabyte_costs_a_megabyte() -> None:
    random.seed(5)
    pieces = ["x" * random.randrange(1, 200) for _ in range(10_000)]
    emitted = stream(pieces)
    assert "".join(one["text"] for one in emitted) == "".join(pieces)


def test_a_late_page_gets_the_whole_and_then_only_what_is_new() -> None:
    emitted: list[dict[str, Any]] = []

    async def journey() -> None:
        streaming = AnswerStream("one", emitted.append)
        streaming.add("Hello ")
        streaming.add("there")
        streaming.resend()
        streaming.add(", you")
        await asyncio.sleep(2 * INTERVAL)
        streaming.end()

    asyncio.run(journey())
    assert [(one["text"], one["whole"]) for one in emitted] == [
        ("", False),
        ("Hello ", False),
        ("Hello there", True),
        (", you", False),
    ]
