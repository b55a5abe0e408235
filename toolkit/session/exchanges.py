"""Exchange of an endpoint's answer: from what it said, or why it did not, to what is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import cast

from toolkit.endpoints import Answer, CallAttempt, Message, Settings, ending_kind
from toolkit.errors import EndpointError
from toolkit.record import Attempt, Ending, Exchange, Usage

_UNKNOWN = (
    "got an answer that ended in no known way; wanted one of those in the table of endings. Ask "
    "again; if it stays, the server or something between is at fault."
)


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
        outcome, seconds = outcome_of(answer), answer.seconds
        error = f"{self.endpoint}: {_UNKNOWN}" if outcome == "errored" else ""
        return self._exchange(
            outcome,
            seconds,
            attempts=answer.attempts,
            answer=answer,
            thoughts=answer.thoughts,
            word=answer.finish_reason,
            error=error,
        )

    def failed(self, problem: EndpointError, *, seconds: float) -> Exchange:
        """No usable answer came.

        Args:
            problem: why.
            seconds: how long was waited in all.
        """
        return self._exchange(
            "errored",
            seconds,
            attempts=problem.attempts,
            thoughts=problem.thoughts,
            word=problem.word,
            error=str(problem),
        )

    def stopped(self, *, seconds: float) -> Exchange:
        """Whoever asked gave up waiting."""
        return self._exchange("stopped", seconds)

    def _exchange(
        self,
        outcome: Ending,
        seconds: float,
        *,
        attempts: Iterable[object] = (),
        error: str = "",
        thoughts: str = "",
        word: str = "",
        answer: Answer | None = None,
    ) -> Exchange:
        return Exchange(
            outcome=outcome,
            answers=self.answers,
            messages=tuple(self._messages()),
            endpoint=self.endpoint,
            model_reported=answer.model_reported if answer else "",
            parameters=self.settings.parameters(),
            seed=self.settings.seed,
            usage=Usage(**asdict(answer.usage)) if answer and answer.usage else None,
            seconds=seconds,
            first_token_seconds=answer.first_token_seconds if answer else None,
            finish_reason=word,
            # As the record keeps them: the endpoint's own, field by field.
            attempts=tuple(Attempt(**asdict(cast(CallAttempt, one))) for one in attempts),
            error=error,
            thoughts=thoughts,
            system_fingerprint=answer.system_fingerprint if answer else "",
            region=answer.region if answer else "",
        )

    def _messages(self) -> Iterator[dict[str, str]]:
        for message, turn in zip(
            self.messages, self.turns or ("",) * len(self.messages), strict=True
        ):
            said = {"role": message.role, "content": message.content}
            yield said | {"turn": turn} if turn else said


def outcome_of(answer: Answer) -> Ending:
    """Say how an exchange ended that brought an answer."""
    kind = "refused" if answer.refused else ending_kind(answer.finish_reason)
    if kind == "answered":
        return "answered" if answer.text.strip() else "empty"
    return kind
