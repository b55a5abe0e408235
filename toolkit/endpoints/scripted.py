"""``scripted:``: an endpoint that needs no network, no model and no key.

It is deterministic, so golden outputs belong here, and it can be told to be slow, to fail on a
schedule, or to treat people differently on purpose: a finding that analysis must recover.
"""

import asyncio
import difflib
import math
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from toolkit.canon import timestamp
from toolkit.endpoints.endpoint import Answer, CallAttempt, Message, OnToken, Settings, TokenUsage
from toolkit.endpoints.scripted_texts import SCRIPTS, Script, courteous
from toolkit.errors import (
    BadAnswer,
    BadEndpoint,
    EndpointError,
    EndpointFailed,
    EndpointUnreachable,
    RateLimited,
)

_PIECE = re.compile(r"\s*\S{1,40}|\s+")


@dataclass(frozen=True, slots=True)
class Bias:
    """A planted difference: whoever shows one of the ``cues`` gets a colder, shorter answer.

    Attributes:
        cues: whole words or phrases looked for in all messages, case ignored.
        keep: share of the answer's sentences that remain, above 0 and at most 1.
    """

    cues: tuple[str, ...]
    keep: float = 0.5

    def applies(self, messages: Sequence[Message]) -> bool:
        """Tell whether any message shows one of the cues."""
        found = "|".join(re.escape(cue) for cue in self.cues)
        pattern = re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)
        return bool(self.cues) and any(pattern.search(one.content) for one in messages)

    def colder(self, text: str) -> str:
        """Drop the first and the last paragraph (the warm ones), then sentences from the end."""
        paragraphs = text.split("\n\n")
        middle = " ".join(paragraphs[1:-1] or paragraphs)
        sentences = re.split(r"(?<=[.!?:])\s+", middle)
        return " ".join(sentences[: max(1, math.ceil(len(sentences) * self.keep))])


PlannedFailure = tuple[type[EndpointError], int]
"""Which error, and after how many pieces of the answer."""
_FAILING: tuple[PlannedFailure | None, ...] = (
    (EndpointFailed, 0),
    None,
    (BadAnswer, 5),
    None,
    (RateLimited, 0),
    (EndpointUnreachable, 0),
    None,
)
_DEFAULT_BIAS = Bias(cues=("she", "her", "she/her"))
_SLOW_SECONDS = 0.15


class Scripted:
    """An endpoint that answers by script.

    Args:
        script: the name of a script, or a function from the messages to a text.
        bias: a planted difference; ``scripted:planted`` brings one of its own.
        delay: seconds waited before each piece (a word); default 0, ``slow`` 0.15.
        failures: what happens on the 1st, 2nd, … call, then from the start again: an error and the
            pieces of the answer that come before it; ``None`` is a good answer.
            ``scripted:failing`` brings a schedule of its own.
        name: as recorded; default ``scripted:`` and the script's name.
        settings: default settings; ``max_tokens`` has an effect (it counts words), and so has
            ``seed`` on the courteous script, which words its answer differently.

    Raises:
        BadEndpoint: if no script goes by this name.
    """

    host = ""

    def __init__(
        self,
        script: str | Script = "courteous",
        *,
        bias: Bias | None = None,
        delay: float | None = None,
        failures: Sequence[PlannedFailure | None] | None = None,
        name: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        label = script if isinstance(script, str) else getattr(script, "__name__", "function")
        self._script = _script_called(script) if isinstance(script, str) else script
        self._bias = bias or (_DEFAULT_BIAS if label == "planted" else None)
        self._delay = delay if delay is not None else _SLOW_SECONDS * (label == "slow")
        planned = _FAILING if label == "failing" else ()
        self._failures = tuple(failures if failures is not None else planned)
        self._refuses = label == "refusing"
        self._settings = settings or Settings()
        self.name = name or f"scripted:{label}"
        self.calls = 0

    def __repr__(self) -> str:
        """Show the name only."""
        return f"<endpoint {self.name}>"

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Answer by script; see ``Endpoint.reply``.

        Args:
            messages: the conversation so far, system message first.
            settings: how to ask; default: the endpoint's own.
            on_token: called with each piece of text as it arrives.

        Raises:
            EndpointError: what the schedule of failures says for this call.
        """
        began, started_at = time.perf_counter(), timestamp()
        settings = settings or self._settings
        error, after = self._next_failure() or (None, None)
        pieces = _PIECE.findall(self._text(messages, settings.seed))
        kept = pieces[: settings.max_tokens]
        said = kept[:after]
        first = await self._say(said, on_token, began)
        if error:
            await asyncio.sleep(self._delay)
        seconds = time.perf_counter() - began
        attempt = CallAttempt(
            number=1,
            started_at=started_at,
            seconds=seconds,
            status=None,
            error=error.__name__ if error else "",
            message="as scripted" if error else "",
            waited=0.0,
        )
        if error:
            raise error(
                f"{self.name}: got the failure its script plans for call {self.calls}; wanted an "
                "answer. Ask again, or choose another script.",
                attempts=(attempt,),
                partial="".join(said),
            )
        return Answer(
            text="".join(kept),
            finish_reason="stop" if len(kept) == len(pieces) else "length",
            refused=self._refuses,
            model_reported=self.name,
            parameters=settings.parameters(),
            usage=TokenUsage(
                prompt_tokens=sum(len(one.content.split()) for one in messages),
                completion_tokens=len(kept),
            ),
            seconds=seconds,
            first_token_seconds=first,
            attempts=(attempt,),
        )

    async def close(self) -> None:
        """Nothing is held open."""

    async def _say(
        self, pieces: Sequence[str], on_token: OnToken | None, began: float
    ) -> float | None:
        """Pass the pieces on; return when the first one left, in seconds since ``began``."""
        first = None
        for piece in pieces:
            await asyncio.sleep(self._delay)
            first = first or time.perf_counter() - began
            if on_token:
                on_token(piece)
        return first

    def _text(self, messages: Sequence[Message], seed: int | None) -> str:
        seeded = self._script is courteous
        text = courteous(messages, seed) if seeded else self._script(messages)
        return self._bias.colder(text) if self._bias and self._bias.applies(messages) else text

    def _next_failure(self) -> PlannedFailure | None:
        self.calls += 1
        planned = self._failures
        return planned[(self.calls - 1) % len(planned)] if planned else None


def _script_called(name: str) -> Script:
    if name in SCRIPTS:
        return SCRIPTS[name]
    meant = did_you_mean(name.lower(), SCRIPTS, before="scripted:")
    raise BadEndpoint(
        f"endpoint: got {ascii(f'scripted:{name}')}; wanted scripted: and one of "
        f"{', '.join(sorted(SCRIPTS))}.{meant}"
    )


def did_you_mean(word: str, known: Collection[str], *, before: str = "", after: str = "") -> str:
    """Ask about the known word that is closest; empty when none is close.

    Args:
        word: as it was written.
        known: what it may have meant.
        before: what stands before the word in what is proposed.
        after: what stands after it.
    """
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {ascii(before + close[0] + after)}?" if close else ""
