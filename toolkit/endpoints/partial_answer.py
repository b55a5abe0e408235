"""Incremental parser of chat completions: chunks as the server sends them in, text out.

A stream, an answer sent whole and the body of one in a batch file are read by the same rules.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.endpoints.answer_body import Unreadable
from toolkit.endpoints.endings import EndingKind, ending_kind, refusal_in
from toolkit.endpoints.endpoint import Answer, TokenChoice, TokenUsage
from toolkit.endpoints.server_words import ServerWords, words_of
from toolkit.endpoints.thoughts import ThoughtSplitter

_HIGH_SURROGATES = ("\ud800", "\udbff")
_THINKING = ("reasoning_content", "reasoning", "reasoning_text", "thinking", "thoughts")
_ENDING = ("finish_reason", "finishReason", "stop_reason", "stopReason")
_UNSAID = ServerWords("", ())


class ServerError(Exception):
    """The server put an error where a part of the answer belongs; ``words`` is what it says."""

    def __init__(self, words: ServerWords) -> None:
        self.words = words
        super().__init__(words.text or words.code or "an error without a message")


class PartialAnswer:
    """What has arrived of one answer.

    Args:
        begun: as ``ThoughtSplitter``.

    Attributes:
        split: the text so far, and the thoughts that came with it.
        refusal: whether any piece came marked as a refusal.
        finish_reason: as the server said it; empty until then.
        model: the model as the server named it; empty if it did not.
        fingerprint: of the server's system, as it named it.
        region: where, or by whom behind it, the server says it answered.
        usage: tokens as the server counted them.
        logprobs: what the first token of the text could have been, likeliest first.
        noted: what the server said beside the answer.
        alive: whether the latest chunk brought anything new, thoughts included.
        done: whether the server said that nothing follows.
        begun: whether any part of an answer arrived.
    """

    def __init__(self, begun: str = "") -> None:
        self.split = ThoughtSplitter(begun)
        self.refusal = False
        self.finish_reason = ""
        self.model = self.fingerprint = self.region = ""
        self.usage: TokenUsage | None = None
        self.logprobs: tuple[TokenChoice, ...] = ()
        self.noted = _UNSAID
        self.alive = False
        self.done = False
        self.begun = False
        self._index: object = None
        self._in_deltas = False
        self._held = ""
        self._tokens = ThoughtSplitter(begun)

    @property
    def text(self) -> str:
        """The text so far."""
        return self.split.text

    @property
    def complete(self) -> bool:
        """Whether the answer ended, well or not; only then is it more than a beginning."""
        return bool(self.finish_reason) or (self.done and self.begun and self.noted == _UNSAID)

    @property
    def ending(self) -> EndingKind:
        """How it ended, if it did."""
        return "refused" if self.refusal else ending_kind(self.finish_reason)

    def take(self, chunk: object, name: str = "") -> str:
        """Add one chunk and return the text it brought, often none.

        Args:
            chunk: as parsed.
            name: of its event.

        Raises:
            Unreadable: if it has not the shape of a chat completion.
            ServerError: if it reports an error; what it brought before that is kept.
        """
        self.alive = False
        if isinstance(chunk, list):
            return "".join(self.take(one, name) for one in chunk)
        if name.lower() == "error":
            raise ServerError(words_of(chunk))
        if not isinstance(chunk, Mapping):
            self._note(chunk)
            return ""
        if chunk.get("error"):
            # The object around it may hold the code.
            raise ServerError(words_of({**chunk, "choices": None}))
        self.model = self.model or _text(chunk.get("model"))
        self.fingerprint = self.fingerprint or _text(chunk.get("system_fingerprint"))
        self.region = self.region or _text(chunk.get("provider"))
        self._count(chunk.get("usage"))
        choice = self._choice(chunk.get("choices"))
        if choice is not None:
            return self._take_choice(choice)
        self._note(chunk)
        return ""

    def end(self) -> str:
        """Close the draft and return text that had been held back, often none."""
        held, self._held = self._held, ""
        said = (self.split.take("\ufffd") if held else "") + self.split.end()
        if not self.finish_reason:
            # Some servers say in place of an answer that they declined.
            self.declined(refusal_in(self.noted.codes, self.noted.text, status=None))
        return said

    def declined(self, word: str) -> None:
        """Note that the server declined to answer, and by which word; empty: it did not."""
        if word:
            self.finish_reason, self.refusal = word, True

    def answer(self, **how: Any) -> Answer:
        """Turn a complete answer into the value callers get.

        Args:
            how: the other fields of an Answer: how it was asked for and what that took.
        """
        return Answer(
            text=self.text,
            thoughts=self.split.thoughts,
            finish_reason=self.finish_reason,
            refused=self.ending == "refused",
            model_reported=self.model,
            system_fingerprint=self.fingerprint,
            region=self.region,
            usage=self.usage,
            logprobs=self.logprobs,
            **how,
        )

    def _note(self, value: object) -> None:
        """Keep what the server says beside the answer; a heartbeat says nothing."""
        words = words_of(value)
        if words.text or refusal_in(words.codes, "", status=None):
            self.noted = words

    def _choice(self, choices: object) -> Mapping[str, Any] | None:
        """The choice that is this answer's: the one whose number came first."""
        if choices is not None and not isinstance(choices, list):
            raise Unreadable("choices that are no list")
        for choice in choices or ():
            if choice is None:
                continue
            if not isinstance(choice, Mapping):
                raise Unreadable("a choice that is no object")
            index = choice.get("index") or 0
            self._index = index if self._index is None else self._index
            if index == self._index:
                return choice
        return None

    def _take_choice(self, choice: Mapping[str, Any]) -> str:
        self.begun = True
        reason = next(filter(None, (_word(choice.get(name)) for name in _ENDING)), "")
        if reason and ending_kind(self.finish_reason) in ("answered", "truncated"):
            # The first bad ending stands; some servers send a good one after it.
            self.finish_reason = reason
        self._first_token(choice.get("logprobs"))
        message = self._message(choice)
        said = self._delta(message)
        if error := choice.get("error") or message.get("error"):
            if ending_kind(self.finish_reason) == "answered":
                self.finish_reason = "error"
            raise ServerError(words_of({"error": error, "finish_reason": reason}))
        return said

    def _message(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        delta = choice.get("delta")
        if delta is None and not self._in_deltas:
            # Where deltas came, a message is the same text once more.
            delta = choice.get("message") or {"content": choice.get("text")}
        elif delta is not None:
            self._in_deltas = True
        if isinstance(delta or {}, Mapping):
            return delta or {}
        raise Unreadable("a delta that is no object")

    def _delta(self, delta: Mapping[str, Any]) -> str:
        content, refusal = _text(delta.get("content")), _text(delta.get("refusal"))
        thought = "".join(_thought_parts(delta.get("content")))
        thought += next(filter(None, (_text(delta.get(name)) for name in _THINKING)), "")
        self.split.think(writable(thought))
        self.refusal = self.refusal or bool(refusal)
        self.alive = bool(content or refusal or thought)
        return self.split.take(self._whole(content + refusal))

    def _whole(self, piece: str) -> str:
        # Some servers cut an emoji in two escapes, one a chunk. Halves are joined again; what
        # stays alone is no text and becomes U+FFFD, so every answer can be written as UTF-8.
        piece, self._held = self._held + piece, ""
        if piece and _HIGH_SURROGATES[0] <= piece[-1] <= _HIGH_SURROGATES[1]:
            piece, self._held = piece[:-1], piece[-1]
        return writable(piece)

    def _first_token(self, logprobs: object) -> None:
        """Note what the first token of the text could have been; those of thoughts are none."""
        content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
        for entry in content if isinstance(content, list) else ():
            before = self._tokens.unopened
            token = _text(entry.get("token")) if isinstance(entry, Mapping) else ""
            said = self._tokens.take(token)
            if self._tokens.unopened != before:
                self.logprobs = ()
            if said.strip() and not self.logprobs:
                self.logprobs = _alternatives(entry)

    def _count(self, usage: object) -> None:
        if isinstance(usage, Mapping):
            self.usage = TokenUsage(
                prompt_tokens=_number(usage.get("prompt_tokens")),
                completion_tokens=_number(usage.get("completion_tokens")),
            )


def writable(text: str) -> str:
    """Join surrogate pairs and replace lone halves by U+FFFD, so that UTF-8 can carry the text."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _text(value: object) -> str:
    """Read a text, or the texts of a list of parts, as some servers send them."""
    if isinstance(value, list):
        parts = (one.get("text") for one in value if isinstance(one, Mapping) and not _thinks(one))
        return "".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _thought_parts(content: object) -> Iterator[str]:
    """Read the thoughts among the parts of a text."""
    for part in content if isinstance(content, list) else ():
        if isinstance(part, Mapping) and _thinks(part):
            named = (part.get(name) for name in ("thinking", "reasoning", "text", "summary"))
            yield _text(next(filter(None, named), ""))


def _thinks(part: Mapping[str, Any]) -> bool:
    kind = part.get("type")
    return isinstance(kind, str) and any(word in kind for word in ("think", "thought", "reason"))


def _word(value: object) -> str:
    """Read why an answer ended: a word, or an object that names its type."""
    word = _text(value.get("type") if isinstance(value, Mapping) else value).strip()
    return "" if word.lower() in ("null", "none") else word


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _alternatives(first: object) -> tuple[TokenChoice, ...]:
    """Read the alternatives to one token; entries that are none are left out."""
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
