"""Pending exchange: ask once, gather the pieces, and say how it ended.

Whatever happens ends as a text and an Exchange: an answer, a refusal, a stop, a failure. A
failure is never text: what had arrived is the text, why it failed is ``error``.
"""

import asyncio
import time
from collections.abc import Sequence

from toolkit.endpoints import Answer, Endpoint, Message, OnToken, Settings
from toolkit.errors import EndpointError
from toolkit.record import Exchange, Turn
from toolkit.session.exchanges import SentRequest


class PendingExchange:
    """Ask ``endpoint`` for the answer to the last of ``turns``.

    Args:
        endpoint: who answers.
        instructions: what the assistant is told before the conversation.
        turns: the conversation so far; the last one said by the tester is answered.
        settings: how to ask.
        on_token: called with each piece of text as it arrives.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        instructions: str,
        turns: Sequence[Turn],
        *,
        settings: Settings,
        on_token: OnToken | None = None,
    ) -> None:
        self._endpoint = endpoint
        sent = sent_of(turns)
        self._asked = SentRequest(
            sent[-1].turn_id,
            (Message("system", instructions), *map(_message, sent)),
            endpoint.name,
            settings,
            (sent[0].session_id, *(turn.turn_id for turn in sent)),
        )
        self.over = asyncio.Event()
        """Set by whoever runs it, once what came of it is kept."""
        self._on_token = on_token
        self._pieces: list[str] = []
        self._task: asyncio.Task[Answer] | None = None
        self._stopping = False

    async def run(self) -> tuple[str, Exchange]:
        """Ask, and return the text with what it took to get it.

        Raises:
            asyncio.CancelledError: when the caller's own task is cancelled.
        """
        started = time.perf_counter()
        if self._stopping:
            return "", self._asked.stopped(seconds=0.0)
        self._task = asyncio.ensure_future(
            self._endpoint.reply(
                self._asked.messages, settings=self._asked.settings, on_token=self._gather
            )
        )
        try:
            answer = await self._task
            return answer.text, self._asked.answered(answer)
        except EndpointError as problem:
            text, seconds = problem.partial or self._arrived, time.perf_counter() - started
            return text, self._asked.failed(problem, seconds=seconds)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            return self._arrived, self._asked.stopped(seconds=time.perf_counter() - started)

    def stop(self) -> None:
        """Give up waiting; ``run`` returns what has arrived, as ``stopped``."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()

    def _gather(self, piece: str) -> None:
        self._pieces.append(piece)
        if self._on_token is not None:
            self._on_token(piece)

    @property
    def _arrived(self) -> str:
        return "".join(self._pieces)


def sent_of(turns: Sequence[Turn]) -> list[Turn]:
    """Give what is sent after the instructions: the conversation up to the tester's last turn.

    An answer that failed or came without text is left out: the endpoint did not say it. One that
    was stopped or cut off stays, because the tester read it.

    Args:
        turns: the conversation so far, in order.
    """
    last = max(n for n, turn in enumerate(turns) if turn.speaker == "tester")
    return [
        turn
        for turn in turns[: last + 1]
        if turn.exchange is None or (turn.text and turn.exchange.outcome != "errored")
    ]


def _message(turn: Turn) -> Message:
    return Message("user" if turn.exchange is None else "assistant", turn.text)
