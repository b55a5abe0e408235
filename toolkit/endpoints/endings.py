"""Endings: what a server's word for how an answer ended means, read from one table.

The table is ``endings.json``. Good endings and refusals are closed lists; a word in none of them
is no answer, whatever text came with it.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

EndingKind = Literal["answered", "truncated", "refused", "errored"]
_TABLE = Path(__file__).with_name("endings.json")
_NOT_IN_WORDS = frozenset({401, 404, 407, 408, 429})
"""Statuses that speak of keys, paths and rushes, whatever policy their words mention."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """What a server's words about a failure mean, and what to do about it."""

    says: re.Pattern[str]
    kind: str
    """Name of the exception."""
    wanted: str
    step: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Endings:
    """The table.

    Attributes:
        version: raised with every change.
        kinds: normal form of a word to what it means.
        refused_in_words: finds a refusal in a sentence.
        about_accounts: finds that somebody is shut out, which is no refusal of a prompt.
        heartbeats: data of events that carry nothing.
        faults: rules, the first that fits counts.
    """

    version: int
    kinds: dict[str, EndingKind]
    refused_in_words: re.Pattern[str]
    about_accounts: re.Pattern[str]
    heartbeats: frozenset[str]
    faults: tuple[FaultRule, ...]


@cache
def endings() -> Endings:
    """Read the table."""
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    listed: tuple[EndingKind, ...] = ("answered", "truncated", "refused")
    return Endings(
        version=table["version"],
        kinds={_normal(word): kind for kind in listed for word in table[kind]},
        refused_in_words=re.compile("|".join(table["refused_in_words"]), re.IGNORECASE),
        about_accounts=re.compile(table["about_accounts"], re.IGNORECASE),
        heartbeats=frozenset(table["heartbeats"]),
        faults=tuple(
            FaultRule(**{**one, "says": re.compile(one["says"], re.IGNORECASE)})
            for one in table["faults"]
        ),
    )


def ending_kind(word: str) -> EndingKind:
    """Say what a server's word for the end of an answer means; ``errored`` if nobody knows it."""
    known = endings().kinds.get(_normal(word))
    return known or ("refused" if is_refusal(word) else "errored")


def is_refusal(code: str) -> bool:
    """Tell whether a word or code, or a part of it, is one that servers refuse with."""
    kinds = endings().kinds
    parts = (code, *re.split(r"[\s:.;,/|()]+", code))
    return any(kinds.get(_normal(one)) == "refused" for one in parts)


def refusal_in(codes: Collection[str], words: str, *, status: int | None) -> str:
    """Find the word by which a server says that it declines; empty when it does not.

    Args:
        codes: every code and word of its answer.
        words: its sentences.
        status: of HTTP; sentences that come with a fault of the server are not believed.
    """
    if code := next(filter(is_refusal, codes), ""):
        return code
    if status in _NOT_IN_WORDS or (status or 0) >= 500:
        return next(filter(is_refusal, re.findall(r"\b[A-Za-z]+(?:_\w+|[A-Z]\w+)+\b", words)), "")
    table = endings()
    found = None if table.about_accounts.search(words) else table.refused_in_words.search(words)
    return found[0] if found else ""


def fault_rule(words: str) -> FaultRule | None:
    """Find what a server's words and codes mean; None when no rule fits."""
    return next((one for one in endings().faults if one.says.search(words)), None)


def _normal(word: str) -> str:
    bare = re.sub(r"^finish_?reason[._]?", "", word.strip(), flags=re.IGNORECASE)
    return re.sub(r"[\W_]+", "", bare).lower()
