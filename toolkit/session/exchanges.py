"""From what an endpoint said, or why it did not, to the Exchange that is kept of it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast

from toolkit.endpoints import Answer, CallAttempt, Message, Settings
from toolkit.errors import EndpointError
from toolkit.record import Attempt, Ending, Exchange, Usage


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What was asked of whom; each method gives the Exchange for one way it can end."""

    answers: str
    """Id of the tester's turn, or of the unit, that was sent."""
    messages: tuple[Message, ...]
    """Exactly what was sent."""
    endpoint: str
    """Its name."""
    settings: Settings
    turns: tuple[str, ...] = ()
    """For each message the event of the record whose text it is; empty: none is."""

    def answered(self, answer: Answer) -> Exchange:
        """An answer came, be it refused, cut off or empty."""
        return self._exchange(
            outcome_of(answer),
            seconds=answer.seconds,
            attempts=_kept(answer.attempts),
            model_reported=answer.model_reported,
            usage=Usage(**asdict(answer.usage)) if answer.usage else None,
            first_token_seconds=answer.first_token_seconds,
            finish_reason=answer.finish_reason,
        )

    def failed(self, problem: EndpointError, *, seconds: float) -> Exchange:
        """No usable answer came.

        Args:
            problem: why.
            seconds: how long was waited in all.
        """
        tried = _kept(problem.attempts)
        return self._exchange("errored", seconds=seconds, attempts=tried, error=str(problem))

    def stopped(self, *, seconds: float) -> Exchange:
        """Whoever asked gave up waiting."""
        return self._exchange("stopped", seconds=seconds)

    def _exchange(self, outcome: Ending, **found: Any) -> Exchange:
        nothing: dict[str, Any] = {
            "model_reported": "",
            "usage": None,
            "first_token_seconds": None,
            "finish_reason": "",
            "attempts": (),
            "error": "",
        }
        return Exchange(
            outcome=outcome,
            answers=self.answers,
            messages=tuple(self._messages()),
            endpoint=self.endpoint,
            parameters=self.settings.parameters(),
            seed=self.settings.seed,
            **(nothing | found),
        )

    def _messages(self) -> Iterator[dict[str, str]]:
        for message, turn in zip(
            self.messages, self.turns or ("",) * len(self.messages), strict=True
        ):
            said = {"role": message.role, "content": message.content}
            yield said | {"turn": turn} if turn else said


def outcome_of(answer: Answer) -> Ending:
    """Say how an exchange ended that brought an answer."""
    if answer.refused:
        return "refused"
    if answer.finish_reason == "length":
        return "truncated"
    return "answered" if answer.text.strip() else "empty"


def _kept(tried: Iterable[object]) -> tuple[Attempt, ...]:
    """Attempts as the record keeps them: the endpoint's own, field by field."""
    return tuple(Attempt(**asdict(cast(CallAttempt, one))) for one in tried)
