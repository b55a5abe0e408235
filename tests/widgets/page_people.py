"""An employee and a rater who say to a panel what a page would say, without a browser."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from panel_page import tell

from toolkit.canon import new_id
from toolkit.design import Study
from toolkit.endpoints import Answer, OnToken
from toolkit.errors import EndpointError
from toolkit.record import Record
from toolkit.widgets import RatingPanel, SessionPanel


class PagePerson:
    """Whoever sits before a panel."""

    def __init__(self, panel: Any) -> None:
        self.panel = panel

    def do(self, action: str, event_id: str | None = None, **fields: Any) -> str:
        event_id = event_id or new_id()
        tell(self.panel, {"id": event_id, "action": action, **fields})
        return event_id

    def done(self, action: str, event_id: str | None = None, **fields: Any) -> str:
        """Do it, and require that it was acknowledged."""
        event_id = self.do(action, event_id, **fields)
        assert event_id in self.panel.acked, self.panel.status
        return event_id

    def refused(self, action: str, **fields: Any) -> str:
        """Do it, and return what the page is told."""
        event_id = self.do(action, **fields)
        assert event_id not in self.panel.acked
        assert self.panel.status["event"] == event_id
        return str(self.panel.status["message"])

    def agree(self, code: str) -> None:
        """From the code to the consent, wherever they stand."""
        if self.screen == "enrol":
            self.done("enrol", code=code)
        if self.screen == "consent":
            self.done("consent")

    @property
    def screen(self) -> str:
        return str(self.panel.view["screen"])


class Employee(PagePerson):
    """Plays a persona."""

    panel: SessionPanel

    def begin(self, code: str = "T-01") -> "Employee":
        self.agree(code)
        self.done("begin", position=self.panel.view["progress"]["position"])
        return self

    async def say(self, text: str = "Hello?", event_id: str | None = None) -> str:
        event_id = self.done("say", event_id, session=self.session, text=text)
        await self.rest()
        return event_id

    async def rest(self) -> None:
        """Wait until no answer is on its way."""
        while self.panel.stream:
            await asyncio.sleep(0.001)

    @property
    def session(self) -> str:
        return str(self.panel.view["session"])

    @property
    def answer(self) -> dict[str, Any]:
        return dict(self.panel.turns[-1])


class Rater(PagePerson):
    """Judges what others were answered."""

    panel: RatingPanel

    def __init__(self, study: Study, record: Record, **environ: str) -> None:
        self.study, self.record = study, record
        super().__init__(RatingPanel(study, record, environ=environ))

    def begin(self, code: str = "R-01") -> "Rater":
        self.agree(code)
        self.done("start")
        return self

    @property
    def item(self) -> str:
        return str(self.panel.view["item"]["id"])

    def answer(self, *values: int) -> str:
        """Answer the item on the screen; returns its id."""
        item = self.item
        for question, value in zip(("accurate", "respected"), values, strict=False):
            self.done("rate", item=item, question=question, value=value)
        return item


class InPieces:
    """An endpoint that answers in given pieces, pausing at each None, or fails at the end."""

    def __init__(
        self,
        *pieces: str | None,
        name: str = "scripted:pieces",
        host: str = "",
        problem: EndpointError | None = None,
    ) -> None:
        self.name, self.host = name, host
        self.pause = 0.0
        self._pieces = pieces
        self._problem = problem

    @property
    def text(self) -> str:
        """All that it says."""
        return "".join(piece for piece in self._pieces if piece is not None)

    async def reply(self, _: object, *, settings: object, on_token: OnToken) -> Answer:
        for piece in self._pieces:
            if piece is None:
                await asyncio.sleep(self.pause)
            else:
                on_token(piece)
        if self._problem is not None:
            raise self._problem
        return Answer(
            text=self.text,
            finish_reason="stop",
            refused=False,
            model_reported="",
            parameters={},
            usage=None,
            seconds=0.0,
            first_token_seconds=None,
        )

    async def close(self) -> None:
        """Nothing is open."""


def run(journey: Callable[[], Awaitable[None]]) -> None:
    """Play a journey on a loop of its own."""

    async def whole() -> None:
        await journey()

    asyncio.run(whole())
