"""What a server says about a failure: its sentences and codes, wherever in its answer they lie."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_DEEPEST = 12
_SENTENCES = frozenset(
    (
        *("message", "detail", "details", "msg", "error_msg", "error_message", "errmsg", "error"),
        *("error_description", "errors", "reason", "reasons", "title", "description", "hint"),
        *("status_msg", "blockreasonmessage", "refusal", "raw", "exception", "failure", "fault"),
    )
)
_CODES = frozenset(
    (
        *("code", "type", "status", "error_code", "errcode", "status_code", "reason", "reasons"),
        *("finish_reason", "finishreason", "stop_reason", "stopreason", "native_finish_reason"),
        *("blockreason", "block_reason", "error", "error_type", "exception"),
    )
)
_MARKUP = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)


class ServerWords(NamedTuple):
    """What a server says."""

    text: str
    """Its sentences in one line; empty when it said none."""
    codes: tuple[str, ...]
    """Its codes, types and statuses, and the names of what it says is so."""

    @property
    def all(self) -> str:
        """Codes and sentences, to look for what they mean."""
        return " ".join((*self.codes, self.text))

    @property
    def code(self) -> str:
        """The word that says most: the first code that is no number; else the first."""
        return next((one for one in self.codes if not one.isdigit()), "") or "".join(self.codes[:1])


def words_of(value: object) -> ServerWords:
    """Gather what a server says in a parsed value, however deep it lies.

    Args:
        value: parsed JSON, or a text, which may hold JSON or a web page.
    """
    sentences: list[str] = []
    codes: list[str] = []
    _walk(value, "message", sentences, codes, 0)
    text = "; ".join(dict.fromkeys(one for one in map(_line, sentences) if one))
    return ServerWords(text, tuple(dict.fromkeys(codes)))


def words_in(body: bytes) -> ServerWords:
    """Gather what a server says in the body of an answer: JSON, a web page, or plain text."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return words_of(body.decode("utf-8", "replace"))
    words = words_of(value)
    if words.text or not value:
        return words
    return words._replace(text=json.dumps(value, ensure_ascii=False))


def page_title(text: str) -> str:
    """The title of a web page, or its first heading, or how its text begins."""
    titled = [_line(_plain(one[2])) for one in _TITLE.finditer(text)]
    return next(filter(None, titled), "") or _line(_plain(text))[:120]


def _plain(markup: str) -> str:
    """The words of a page; its other entities may stay as they are written."""
    return _MARKUP.sub(" ", markup).replace("&amp;", "&")


def _walk(value: object, key: str, sentences: list[str], codes: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        return
    name = key.lower()
    if isinstance(value, Mapping):
        for inner, one in _in_order(value):
            _walk(one, inner, sentences, codes, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _walk(one, key, sentences, codes, depth + 1)
    elif value is True:
        codes.append(key)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        _leaf(value, name, sentences, codes, depth)


def _leaf(value: str | int, name: str, sentences: list[str], codes: list[str], depth: int) -> None:
    word = str(value)
    if name in _CODES and 0 < len(word) <= 80 and not re.search(r"\s", word):
        codes.append(word)
    elif isinstance(value, str) and name in _SENTENCES:
        if re.match(r"\s*(<!doctype|<html|<\?xml|<head|<body)", value, re.IGNORECASE):
            sentences.append(page_title(value))
            return
        sentences.append(value)
        for inner in _nested(value):
            _walk(inner, name, [], codes, depth + 1)


def _in_order(value: Mapping[Any, Any]) -> Iterator[tuple[str, object]]:
    """Give the entries of an object; a field's complaint names its field."""
    place = value.get("loc") or value.get("field") or value.get("path")
    for key, one in value.items():
        if place and str(key).lower() in ("msg", "message") and isinstance(one, str):
            parts = place if isinstance(place, list) else [place]
            one = f"{'.'.join(map(str, parts))}: {one}"
        yield str(key), one


def _nested(text: str) -> Iterator[object]:
    """Give the JSON objects inside a sentence, as gateways quote the servers behind them."""
    decoder, start = json.JSONDecoder(), text.find("{")
    while 0 <= start < 20_000:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield value
        start = text.find("{", end)


def _line(text: str) -> str:
    return " ".join(text.split())
