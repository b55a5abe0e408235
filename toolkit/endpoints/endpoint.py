"""The endpoint protocol: messages in, one Answer out, tokens on the way.

``Endpoint`` is the one seam to whoever answers. It is asynchronous only; the notebook awaits, the
command line and the tests use ``asyncio.run``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

Role = Literal["system", "user", "assistant"]
OnToken = Callable[[str], None]
_PARAMETERS = ("temperature", "top_p", "max_tokens", "seed", "top_logprobs")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the request."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to ask. ``None`` leaves a choice to the server."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    first_token_timeout: float = 60.0
    """Seconds allowed until the first token of an attempt."""
    stall_timeout: float = 30.0
    """Seconds allowed between two tokens."""
    total_timeout: float = 300.0
    """Seconds allowed for one attempt as a whole."""
    max_attempts: int = 4
    """Requests made at most, the first included.

    Not counted are requests made again at once without a field the server does not know. With 1,
    ``reply`` never waits: who has many calls under way waits for all of them in one place. What
    was raised then says for how many seconds in ``retry_after``, and whether that helps in
    ``final``.
    """
    stream: bool = True
    """Whether text arrives piece by piece. Without, ``total_timeout`` alone limits an attempt."""
    top_logprobs: int | None = None
    """How many alternatives to the first token are asked for, each with its log-probability."""

    def parameters(self) -> dict[str, Any]:
        """The request parameters that are set, as sent and as recorded."""
        named = {name: getattr(self, name) for name in _PARAMETERS}
        if self.top_logprobs is not None:
            named["logprobs"] = True
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAttempt:
    """One request, whether it worked or not."""

    number: int
    """Counts from 1."""
    started_at: str
    """UTC, as ``canon.timestamp`` writes it."""
    seconds: float
    """How long it took, the wait before it not included."""
    status: int | None
    """The HTTP status, if the server sent one."""
    error: str
    """Name of the exception it would have become; empty when it worked."""
    message: str
    """What happened, in words; empty when it worked."""
    waited: float
    """Seconds waited before it."""
    raw: str = ""
    """What the server sent in place of an answer, as it came; empty when it worked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens as the server counted them; None where it did not say."""

    prompt_tokens: int | None
    completion_tokens: int | None


class TokenChoice(NamedTuple):
    """One token that could have come first, and the natural logarithm of its probability."""

    token: str
    logprob: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Failures are exceptions, so an Answer always ended properly."""

    text: str
    """As received, never trimmed; lone surrogates, which are no text, become U+FFFD. Thoughts, and
    blank lines between them and the text, are no part of it."""
    finish_reason: str
    """As the server said it: ``stop``, ``length``, ``content_filter``, …"""
    refused: bool
    """True when the server itself marked the answer as a refusal, or refused to give one."""
    model_reported: str
    parameters: dict[str, Any]
    """As sent, ``store`` included where the server knows it."""
    usage: TokenUsage | None
    seconds: float
    """From the call to the end of the answer, every attempt and wait included."""
    first_token_seconds: float | None
    """From the start of the attempt that worked to its first text; None without text, or when
    the answer was not streamed."""
    attempts: tuple[CallAttempt, ...] = field(default=())
    logprobs: tuple[TokenChoice, ...] = ()
    """What the first token of the text could have been, likeliest first, the one that came
    included; empty when not asked for or not given."""
    thoughts: str = ""
    """What a reasoning model thought before or between; never shown to who rates, never sent."""
    system_fingerprint: str = ""
    """Of the system that answered, as the server named it."""
    region: str = ""
    """Where it was answered, or by which provider behind a gateway, as the server said."""


@runtime_checkable
class Endpoint(Protocol):
    """Whoever answers."""

    name: str
    """As recorded: ``openai:gpt-4o-mini``, ``embedded:smollm2``, ``scripted:courteous``."""
    host: str
    """``host:port`` it talks to; empty when it talks to nobody."""

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Ask once and return the whole answer.

        Args:
            messages: the conversation so far, system message first.
            settings: how to ask; default: the endpoint's own settings.
            on_token: called with each piece of text as it arrives, from the event loop. If an
                attempt fails after its first token it is not retried, so pieces never repeat.

        Raises:
            EndpointError: one of its children, with every attempt made and the partial text.
            asyncio.CancelledError: when the caller stops; the connection is closed first.
        """
        ...

    async def close(self) -> None:
        """Give back connections and child processes; safe to call twice."""
        ...
