"""The answer in flight is sent to the page in pieces, never twice, unless a page asks."""

import asyncio
from collections.abc import Callable
from typing import Any

from page_people import Employee, InPieces, run

from toolkit.widgets import SessionPanel

MakePanel = Callable[..., SessionPanel]
PAINT = 0.05
"""Seconds between two paints."""


def streamed(
    make_panel: MakePanel,
    *pieces: str | None,
    meanwhile: Callable[[Employee], object] = lambda _: None,
) -> list[dict[str, Any]]:
    """What the page is sent while the answer to one message comes in pieces."""
    sent: list[dict[str, Any]] = []
    endpoint = InPieces(*pieces)
    endpoint.pause = 3 * PAINT

    async def journey() -> None:
        tester = Employee(make_panel(endpoint)).begin()
        tester.panel.observe(lambda change: sent.append(change["new"]), "stream")
        tester.done("say", session=tester.session, text="Hello?")
        await asyncio.sleep(PAINT / 5)
        meanwhile(tester)
        await tester.rest()
        assert tester.answer["text"] == endpoint.text
        await tester.panel.release()

    run(journey)
    assert sent.pop() == {}
    return sent


def test_the_first_piece_goes_at_once_and_the_rest_together(make_panel: MakePanel) -> None:
    sent = streamed(make_panel, *"abcdef", None)
    assert [one["text"] for one in sent] == ["", "a", "bcdef"]
    assert [one["part"] for one in sent] == [0, 1, 2]
    assert len({one["id"] for one in sent}) == 1
    assert not any(one["whole"] for one in sent)


def test_a_megabyte_costs_a_megabyte(make_panel: MakePanel) -> None:
    pieces = ["x" * (1 + number % 199) for number in range(10_000)]
    sent = streamed(make_panel, *pieces, None)
    assert "".join(one["text"] for one in sent) == "".join(pieces)


def test_a_late_page_gets_the_whole_and_then_only_what_is_new(make_panel: MakePanel) -> None:
    pieces = ("Hello ", "there", None, ", you", None)
    sent = streamed(make_panel, *pieces, meanwhile=lambda tester: tester.done("catch_up"))
    assert [(one["text"], one["whole"]) for one in sent if one["text"]] == [
        ("Hello ", False),
        ("Hello there", True),
        (", you", False),
    ]
