"""Failure of one attempt: why, in words, and which exception it becomes."""

import re
from dataclasses import dataclass, replace

from toolkit.endpoints.endings import FaultRule
from toolkit.endpoints.endpoint import CallAttempt
from toolkit.endpoints.partial_answer import PartialAnswer
from toolkit.endpoints.retries import Retries
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
    RequestRefused,
)

_LONGEST_QUOTE = 200

_NEXT: dict[type[EndpointError], tuple[str, str]] = {
    KeyRefused: (
        "a key this server accepts",
        "Set OPENAI_API_KEY to it (or PARALLAX_KEY_FILE to a file that holds it) and start again.",
    ),
    EndpointNotFound: (
        "a model and a path this server knows",
        "Check the name after openai: and the end of the base URL, often /v1.",
    ),
    EndpointUnreachable: (
        "a server that answers",
        "Check the base URL and that the server runs, then ask again.",
    ),
    RequestRefused: (
        "a request the server accepts",
        "Change what its words name: the settings, or the length of the conversation; then ask "
        "again.",
    ),
    RateLimited: (
        "permission to go on",
        "Wait a minute and ask again; if it stays, ask for a higher limit or fewer testers.",
    ),
    EndpointFailed: (
        "an answer",
        "The fault is on the server's side: wait a little and ask again.",
    ),
    EndpointTimeout: (
        "an answer in time",
        "Ask again; if it stays, allow more time in the settings or use a faster server.",
    ),
    BadAnswer: (
        "a whole answer",
        "Ask again; if it stays, the server or something between is at fault.",
    ),
    HostNotAllowed: (
        "only the host of the base URL",
        "Set the base URL to the address that answers in the end and add it to the study.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed attempt.

    Attributes:
        kind: the exception this becomes if no other attempt follows.
        got: what happened, as the middle of a sentence.
        status: the HTTP status, if the server sent one.
        retry_after: seconds the server asked us to wait, if it did.
        final: True when trying again cannot help, whatever the kind.
        word: the server's own word for the fault, if it sent one.
        refusal: the word by which the server says that it declines to answer; empty when not.
        body: what the server sent, as it came.
        rule: what its words mean, where that is known better than by the kind.
    """

    kind: type[EndpointError]
    got: str
    status: int | None = None
    retry_after: float | None = None
    final: bool = False
    word: str = ""
    refusal: str = ""
    body: str = ""
    rule: FaultRule | None = None

    def kept_back(self, why: str) -> "Fault":
        """The same fault, where a key at hand was not sent because it is another host's."""
        rule = FaultRule(re.compile(""), "KeyRefused", _NEXT[KeyRefused][0], why)
        return replace(self, rule=rule)

    def wait(self, retries: Retries) -> float | None:
        """Seconds until another attempt; None when there is to be none."""
        return retries.wait(
            self.kind, status=self.status, retry_after=self.retry_after, final=self.final
        )

    def error(
        self, who: str, *, attempts: tuple[CallAttempt, ...], found: PartialAnswer
    ) -> EndpointError:
        """Build the exception, naming who, what was got, what was wanted and what to do.

        Args:
            who: the endpoint's name and host.
            attempts: every attempt made, this one last.
            found: what had arrived of the answer.
        """
        rule = self.rule
        wanted, step = (rule.wanted, rule.step) if rule else _NEXT[self.kind]
        tries = f" after {len(attempts)} attempts" if len(attempts) > 1 else ""
        return self.kind(
            f"{who}: {self.got}{tries}; wanted {wanted}. {step}",
            attempts=attempts,
            partial=found.text,
            thoughts=found.split.thoughts,
            word=self.word,
            retry_after=self.retry_after,
            final=self.final,
        )


def quoted(text: str, *, secret: str = "") -> str:
    """Make a server's own words safe to show: one line, no control characters, no key, short.

    Args:
        text: as the server sent it.
        secret: the key, which is blanked out wherever the server repeats it.
    """
    if secret:
        text = text.replace(secret, "[key]")
    line = " ".join(text.split())
    line = "".join(sign if sign.isprintable() else "\ufffd" for sign in line)
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 3] + "..."
