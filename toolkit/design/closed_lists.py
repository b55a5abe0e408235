"""Terms: the closed word lists people choose from, and how a wrong word is answered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

REFUSED = "refused"
"""The type of every complaint raised by our own validators."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a closed list."""

    key: str
    """As written in files and kept in the record."""
    label: str
    """At most four words, for a list to pick from."""
    meaning: str
    """One sentence in plain words."""


def ordered(*terms: Term) -> Mapping[str, Term]:
    """Make the read-only mapping from key to term, in the order given."""
    return MappingProxyType({term.key: term for term in terms})


def refusal(wanted: str, hint: str = "", *, got: str = "") -> PydanticCustomError:
    """Make the error a validator raises: what is allowed, and what to do next.

    Args:
        wanted: what is allowed, to follow the words "wanted".
        hint: a whole sentence, or nothing.
        got: what was found, if the value itself would not say it well.
    """
    context = {"wanted": wanted, "hint": hint, "got": got}
    return PydanticCustomError(REFUSED, "wanted {wanted}", context)


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """Say ``Did you mean 'x'?`` when an allowed word is close, else nothing.

    Args:
        word: what was written.
        allowed: what may be written there.
    """
    words = list(allowed)
    folded = word.strip().lower().replace(" ", "_")
    ends = [known for known in words if folded and known.endswith("." + folded)]
    close = ends or get_close_matches(folded, words, n=1, cutoff=0.6)
    close = close or get_close_matches(folded.replace("_", "-"), words, n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}?" if close else ""


def one_of(words: Iterable[str]) -> str:
    """List what is allowed, in the order given: ``one of a, b, c``."""
    return "one of " + ", ".join(words)


def key_of(terms: Mapping[str, Term]) -> tuple[Any, ...]:
    """Annotations that hold a string to the keys of ``terms`` and tell editors about them."""
    return AfterValidator(_known(terms)), WithJsonSchema(enumeration(terms))


def enumeration(terms: Mapping[str, Term]) -> dict[str, Any]:
    """JSON Schema of the keys, with the meanings where editors look for them."""
    meanings = [f"{term.label}: {term.meaning}" for term in terms.values()]
    return {"type": "string", "enum": list(terms), "enumDescriptions": meanings}


def _known(terms: Mapping[str, Term]) -> Callable[[str], str]:
    def check(word: str) -> str:
        if word in terms:
            return word
        raise refusal(one_of(terms), suggestion(word, terms))

    return check
