"""A job: one thing to ask by machine, and what keeps its end."""

from collections.abc import Callable
from dataclasses import dataclass

from toolkit.endpoints import Answer, Message, Settings
from toolkit.errors import EndpointError
from toolkit.record import Row

Ended = Answer | EndpointError
"""How a job came to its end."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to ask by machine.

    Attributes:
        id: names it in the record's Dispatch rows, 1–200 visible ASCII characters.
        messages: what is sent.
        settings: how. Each call is one attempt and is not streamed; ``max_attempts`` is how many
            calls the engine makes at most, those not counted that were refused as too many.
        keep: makes the row that keeps what came of it, from how it ended and the seconds that
            took. The row belongs to the chain of the run.
    """

    id: str
    messages: tuple[Message, ...]
    settings: Settings
    keep: Callable[[Ended, float], Row]
