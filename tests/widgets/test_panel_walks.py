"""A tester's message and a rater's judgment pass each room once, from the page to the record."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from page_people import Employee, Rater, run
from small_rating import keep_replies, rating_study
from walks import walked

from toolkit.record import open_record
from toolkit.widgets import SessionPanel


def test_a_message_returns_to_no_room_but_by_a_callback(
    make_panel: Callable[..., SessionPanel],
) -> None:
    async def journey() -> None:
        tester = Employee(make_panel()).begin()
        with walked() as walk:
            await tester.say()
        assert {"widgets", "session", "record", "endpoints"} <= set(walk.rooms)
        assert walk.returns == set()
        await tester.panel.release()

    run(journey)


def test_a_rating_returns_to_no_room_but_by_a_callback(tmp_path: Path) -> None:
    study = rating_study(tmp_path)
    with open_record(study) as record:
        keep_replies(study, record)
        rater = Rater(study, record).begin()
        with walked() as walk:
            rater.done("rate", item=rater.item, question="accurate", value=2)
        assert {"widgets", "session", "record"} <= set(walk.rooms)
        assert walk.returns == set()
        asyncio.run(rater.panel.release())
