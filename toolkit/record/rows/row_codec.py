"""Row codec: a row to stored text and back, with its place in the journal.

A body is the row's fields as canonical JSON. Both directions check every field against the type
its row declares, so that nothing is kept which could not be read again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolkit.canon import canonical_json, text_hash
from toolkit.errors import BadIdentifier, RecordUnreadable
from toolkit.record.rows.row import Row

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_EVENT_ID = re.compile(r"[!-~]{1,200}")
_NAMES = {"string": "str", "dataclass": "an object"}
"""What pydantic's names of types are called here, where that differs."""
_ADAPTERS: "dict[type[Row], TypeAdapter[Row]]" = {}


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """A row made ready to be kept: named, placed and encoded, but not linked yet."""

    event_id: str
    chains: tuple[str, ...]
    """Those that must go on for it to be kept; the first is its own."""
    kind: str
    version: int
    body: str
    """Canonical JSON, in ASCII, as it is stored."""
    digest: str
    """Of the event in full, however it is stored: two drafts with the same one say the same."""
    refers: bool
    """Whether the row lacks what earlier events hold; it is known again, but not kept anew."""

    @property
    def chain(self) -> str:
        """The chain it belongs to."""
        return self.chains[0]


def draft(row: Row) -> EncodedRow:
    """Make a row ready to be kept.

    Raises:
        ValueError: if a field holds something its type does not allow, NaN or an infinity.
        BadIdentifier: if an id is not 1–200 visible ASCII characters.
    """
    name = _checked_id(row.event_id(), row.KIND)
    chains = tuple(_checked_id(one, row.KIND) for one in row.chains())
    adapter = _adapter(Row.BY_KIND[row.KIND])
    try:
        body = row.lean(adapter.dump_python(adapter.validate_python(row)))
        text = canonical_json(body)
    except (TypeError, ValueError) as problem:
        raise ValueError(
            f"record: {row.KIND} {name} cannot be kept: {_complaint(row.KIND, problem)}. Mend the "
            "value and append it again; nothing was written."
        ) from problem
    digest = text_hash(f"{canonical_json([row.KIND, name, chains[0]])}\n{text}")
    if (packed := row.pack(body)) is not body:
        text = canonical_json(packed)
    return EncodedRow(name, chains, row.KIND, row.VERSION, text, digest, row.refers())


def decode(kind: str, version: int, body: dict[str, Any], *, withheld: bool = False) -> Row:
    """Read a row from its body, checking every field.

    Args:
        kind: of the row.
        version: of the body; an older one is brought up to date step by step.
        body: its fields as JSON values.
        withheld: whether the fields that hold texts are emptied.

    Raises:
        RecordUnreadable: if the kind or version is unknown here, or a field does not fit.
    """
    row_type = Row.BY_KIND.get(kind)
    if row_type is None or not 1 <= version <= row_type.VERSION:
        known = ", ".join(f"{name} {one.VERSION}" for name, one in sorted(Row.BY_KIND.items()))
        raise RecordUnreadable(
            f"record: got a row of kind {kind!a}, version {version}; wanted one this toolkit knows "
            f"({known}). A newer toolkit wrote it: upgrade Parallax to read it."
        )
    for older in range(version, row_type.VERSION):
        body = row_type.upgrade(body, older)
    for field in row_type.sealable() if withheld else ():
        body = _emptied(body, field.split("."))
    try:
        # Straight to the validator: the adapter's own method costs as much again.
        row: Row = _adapter(row_type).validator.validate_python(body)
    except ValueError as problem:
        raise RecordUnreadable(
            f"record: a row of kind {kind} cannot be read: {_complaint(kind, problem)}. Run "
            "`parallax verify` to see whether the record was changed after it was written."
        ) from problem
    return row


def _emptied(value: Any, path: Sequence[str]) -> Any:
    """Empty what lies at a path, in each element where there are several."""
    if not path:
        return type(value)()
    if isinstance(value, list):
        return [_emptied(one, path) for one in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    return {**value, path[0]: _emptied(value[path[0]], path[1:])}


def _adapter(row_type: type[Row]) -> "TypeAdapter[Row]":
    """Check the fields of this class, also where another had its kind before."""
    if row_type not in _ADAPTERS:
        # Imported where it is first used: whoever only lists or verifies a record needs none.
        from pydantic import TypeAdapter

        _ADAPTERS[row_type] = TypeAdapter(row_type)
    return _ADAPTERS[row_type]


def _complaint(kind: str, problem: Exception) -> str:
    """Say which field does not fit, and what was wanted there."""
    from pydantic import ValidationError

    if not isinstance(problem, ValidationError):
        return str(problem)
    error = problem.errors(include_url=False)[0]
    place = [f"[{one}]" if isinstance(one, int) else f".{one}" for one in error["loc"]]
    inside = kind + "".join(place[:-1])
    match error["type"]:
        case "missing":
            return f"{inside} lacks the field {error['loc'][-1]!a}"
        case "unexpected_keyword_argument":
            return f"{inside} has no field {error['loc'][-1]!a}"
        case "literal_error":
            options = str(error["ctx"]["expected"])
            wanted = "one of " + options.replace("'", "").replace(" or ", ", ")
        case name:
            wanted = _NAMES.get(name.removesuffix("_type"), name.removesuffix("_type"))
    shown = ascii(error["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{kind}{''.join(place)} is {shown}, wanted {wanted}"


def _checked_id(text: str, kind: str) -> str:
    if _EVENT_ID.fullmatch(text):
        return text
    shown = ascii(text if len(text) <= 80 else text[:77] + "...")
    raise BadIdentifier(
        f"record: got {shown} as an id of {kind} rows; wanted 1 to 200 visible ASCII characters. "
        "Use an id made by the toolkit."
    )
