"""Incremental parser of chat completions: chunks as the server sends them in, text out.

A stream, an answer sent whole and the body of one in a batch file are read by the same rules.
"""

import math
from collections.abc import Mapping
from typing import Any

from toolkit.endpoints.endpoint import Answer, Settings, TokenChoice, TokenUsage
from toolkit.errors import BadAnswer, EndpointFailed

_HIGH_SURROGATES = ("\ud800", "\udbff")
_THINKING = ("reasoning_content", "reasoning")


class Unreadable(ValueError):
    """A chunk is valid JSON and yet no part of an answer."""


class ServerError(Exception):
    """The server put an error where a part of the answer belongs."""


class PartialAnswer:
    """What has arrived of one answer.

    Attributes:
        pieces: the text so far, as passed on.
        refusal: whether any piece came marked as a refusal.
        finish_reason: as the server said it; empty until then.
        model: the model as the server named it; empty if it did not.
        usage: tokens as the server counted them.
        logprobs: what the first token could have been, likeliest first.
        alive: whether the latest chunk brought anything new, thoughts included.
        done: whether the server said that nothing follows.
        begun: whether any part of an answer arrived.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.refusal = False
        self.finish_reason = ""
        self.model = ""
        self.usage: TokenUsage | None = None
        self.logprobs: tuple[TokenChoice, ...] = ()
        self.alive = False
        self.done = False
        self.begun = False
        self._held = ""

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.pieces)

    @property
    def complete(self) -> bool:
        """Whether the answer ended properly; only then is it one."""
        return bool(self.finish_reason) or (self.done and self.begun)

    def take(self, chunk: object) -> str:
        """Add one chunk and return the text it brought, often none.

        Raises:
            Unreadable: if it has not the shape of a chat completion.
            ServerError: if it reports an error.
        """
        if not isinstance(chunk, Mapping):
            raise Unreadable("a chunk that is no object")
        if chunk.get("error"):
            raise ServerError(_said(chunk["error"]))
        self.model = self.model or _text(chunk.get("model"))
        self._count(chunk.get("usage"))
        return self._choice(chunk)

    def end(self) -> str:
        """Close the draft and return text that had been held back, often none."""
        held, self._held = self._held, ""
        return self._keep("\ufffd") if held else ""

    def answer(self, **how: Any) -> Answer:
        """Turn a complete answer into the value callers get.

        Args:
            how: the other fields of an Answer: how it was asked for and what that took.
        """
        return Answer(
            text=self.text,
            finish_reason=self.finish_reason,
            refused=self.refusal or self.finish_reason == "content_filter",
            model_reported=self.model,
            usage=self.usage,
            logprobs=self.logprobs,
            **how,
        )

    def _choice(self, chunk: Mapping[str, Any]) -> str:
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise Unreadable("a chunk without choices")
        self.begun = self.begun or bool(choices)
        choice = choices[0] if choices else {}
        if not isinstance(choice, Mapping):
            raise Unreadable("a choice that is no object")
        self.finish_reason = _text(choice.get("finish_reason")) or self.finish_reason
        self.logprobs = self.logprobs or _choices(choice.get("logprobs"))
        delta = choice.get("delta") or choice.get("message") or {}
        if not isinstance(delta, Mapping):
            raise Unreadable("a delta that is no object")
        return self._delta(delta)

    def _delta(self, delta: Mapping[str, Any]) -> str:
        content, refusal = _text(delta.get("content")), _text(delta.get("refusal"))
        self.refusal = self.refusal or bool(refusal)
        self.alive = bool(content or refusal or any(delta.get(name) for name in _THINKING))
        return self._keep(self._whole(content + refusal))

    def _keep(self, piece: str) -> str:
        if piece:
            self.pieces.append(piece)
        return piece

    def _whole(self, piece: str) -> str:
        # Some servers cut an emoji in two escapes, one a chunk. Halves are joined again; what
        # stays alone is no text and becomes U+FFFD, so every answer can be written as UTF-8.
        piece, self._held = self._held + piece, ""
        if piece and _HIGH_SURROGATES[0] <= piece[-1] <= _HIGH_SURROGATES[1]:
            piece, self._held = piece[:-1], piece[-1]
        return writable(piece)

    def _count(self, usage: object) -> None:
        if isinstance(usage, Mapping):
            self.usage = TokenUsage(
                prompt_tokens=_number(usage.get("prompt_tokens")),
                completion_tokens=_number(usage.get("completion_tokens")),
            )


def read_body(body: object, settings: Settings, *, who: str) -> Answer:
    """Read the body of one answer, as a server would have sent it.

    How long it took is not in it: ``seconds`` is 0 and there are no attempts.

    Args:
        body: parsed JSON.
        settings: how it was asked for.
        who: the endpoint's name, for messages.

    Raises:
        BadAnswer: if it is no whole chat completion.
        EndpointFailed: if it is the server's word that it failed.
    """
    found = PartialAnswer()
    try:
        found.take(body)
    except ServerError as problem:
        raise EndpointFailed(
            f"{who}: got an error in the place of an answer (the server says: {problem}); wanted "
            "an answer. Send it again."
        ) from problem
    except Unreadable as problem:
        raise BadAnswer(
            f"{who}: got {problem} in the place of an answer; wanted a chat completion. Send it "
            "again."
        ) from problem
    found.end()
    found.done = True
    if not found.complete:
        raise BadAnswer(
            f"{who}: got a chat completion without an answer in it; wanted one. Send it again."
        )
    parameters = settings.parameters()
    return found.answer(parameters=parameters, seconds=0.0, first_token_seconds=None)


def writable(text: str) -> str:
    """Join surrogate pairs and replace lone halves by U+FFFD, so that UTF-8 can carry the text."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _text(value: object) -> str:
    """Read a text, or the texts of a list of parts, as some servers send them."""
    if isinstance(value, list):
        parts = (part.get("text") for part in value if isinstance(part, Mapping))
        return "".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choices(logprobs: object) -> tuple[TokenChoice, ...]:
    """Read the alternatives to the first token; entries that are none are left out."""
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    first = content[0] if isinstance(content, list) and content else None
    if not isinstance(first, Mapping):
        return ()
    listed = first.get("top_logprobs")
    # The token that came may be an unlikely one, and then it is not among the likeliest.
    entries = [first, *(listed if isinstance(listed, list) else [])]
    found = {one.token: one for entry in entries if (one := _token_choice(entry))}
    return tuple(sorted(found.values(), key=lambda one: -one.logprob))


def _token_choice(entry: object) -> TokenChoice | None:
    if not isinstance(entry, Mapping):
        return None
    token, logprob = entry.get("token"), entry.get("logprob")
    if not isinstance(token, str) or not isinstance(logprob, int | float):
        return None
    if not math.isfinite(logprob):
        return None
    return TokenChoice(writable(token), min(0.0, float(logprob)))


def _said(error: object) -> str:
    message = error.get("message") if isinstance(error, Mapping) else error
    return message if isinstance(message, str) else "an error without a message"
