"""One kept event, and the hash that ties it to the one before.

The hash of an entry is SHA-256 over two lines: a canonical JSON list of the previous hash, chain,
position, event id, kind, version, time, key id and digest, and then the body exactly as it is
stored; entries from before there were digests have none in the list.
A body that is sealed later is hashed sealed, so forgetting a key breaks no chain. The first entry
of a chain has an empty previous hash.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from pydantic_core import from_json

from toolkit.canon import canonical_json, text_hash
from toolkit.record.rows.row import Row
from toolkit.record.rows.row_codec import decode

FIRST = ""
"""``previous`` of the first entry of a chain."""

_BOUND = ("previous", "chain", "position", "event_id", "kind", "version", "at", "key_id")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number JSON has")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)


class Entry(NamedTuple):
    """Where one kept event stands and what ties it there; its row is read by the reading door."""

    number: int
    """Order of commit in the whole record; rises, and may leave gaps."""
    event_id: str
    chain: str
    position: int
    """Place in its chain, from 0, without gaps."""
    kind: str
    version: int
    at: str
    """When it was kept, UTC."""
    previous: str
    """``hash`` of the entry before it in the chain."""
    hash: str
    key_id: str | None
    """The key its texts are sealed with; None while they are open."""
    digest: str | None = None
    """Of the event in full, by which one that is sent again is known; None in entries from before
    there were digests. The tag in front says how it was made, so that a sealed chain may key it."""


class Kept(NamedTuple):
    """An entry with its words: for export, verification, restoring and the reading door alone."""

    entry: Entry
    body: dict[str, Any]

    def row(self, *, withheld: bool = False) -> Row:
        """Read the body as the typed row it was; an exchange refers to earlier turns as it lies.

        Such a row may be sent to this record again, but is kept in no other: only a Reader knows
        the texts it refers to.

        Args:
            withheld: whether its words stay behind.

        Raises:
            RecordUnreadable: if the body does not fit its kind.
        """
        return decode(self.entry.kind, self.entry.version, self.body, withheld=withheld)


def read_json(text: str | bytes) -> Any:
    """Parse JSON as we write it: no NaN, no number beyond the range of a float.

    Raises:
        ValueError: if it is not.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        # Half a surrogate pair is JSON, though not Unicode.
        return _decoder.decode(text if isinstance(text, str) else text.decode("ascii"))


def link_hash(body: str, bound: Mapping[str, str | int | None]) -> str:
    """Hash an entry as the module's docstring says.

    Args:
        body: the text exactly as it is stored.
        bound: the entry's other columns by name; ``number`` and ``hash`` take no part.
    """
    values = [bound[name] for name in _BOUND]
    if bound["digest"] is not None:
        values.append(bound["digest"])
    return text_hash(f"{canonical_json(values)}\n{body}")
