"""A row to stored text and back, with its place in the journal.

A body is the row's fields as canonical JSON. Both directions check every field against the type
its row declares, so that nothing is kept which could not be read again.
"""

import re
from contextlib import suppress
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from toolkit.canon import canonical_json, new_id
from toolkit.errors import BadIdentifier, RecordUnreadable
from toolkit.record.rows import (
    ROW_TYPES,
    Binding,
    Choice,
    Consent,
    Dispatch,
    Flag,
    Guess,
    Item,
    Participant,
    Passed,
    RaterSeat,
    Rating,
    Reply,
    Row,
    Session,
    SessionEnd,
    Simulation,
    Sweep,
    SweepEnd,
    Turn,
    Withdrawal,
)
from toolkit.record.rows.plain import Unfit, plain

VERSION = 1
"""Version of every kind's body, kept with each entry."""

STUDY_CHAIN = "study"
"""The chain of what belongs to no participant and no session."""

_BY_KIND: dict[str, type[Row]] = {row.KIND: row for row in ROW_TYPES}
_known_types: dict[type[Any], dict[str, tuple[Any, bool]]] = {}
_EVENT_ID = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A row made ready to be kept: named, placed and encoded, but not linked yet."""

    event_id: str
    chain: str
    kind: str
    version: int
    body: str


def draft(row: Row) -> Draft:
    """Make a row ready to be kept.

    Raises:
        ValueError: if a field holds something its type does not allow, NaN or an infinity.
        BadIdentifier: if an id is not 1–200 visible ASCII characters.
    """
    name = _checked_id(event_id(row), row.KIND)
    chain = _checked_id(chain_of(row), row.KIND)
    return Draft(event_id=name, chain=chain, kind=row.KIND, version=VERSION, body=encode(row))


def event_id(row: Row) -> str:
    """Name the event of a row: unique in the record, the same each time the row is sent.

    Only a Binding has no name of its own and gets a new one at each call.
    """
    match row:
        case Turn():
            return row.turn_id
        case Rating():
            return row.rating_id
        case Flag():
            return row.flag_id
        case Session():
            return row.session_id
        case SessionEnd():
            return f"{row.session_id}.end"
        case Reply() | RaterSeat() | SweepEnd():
            return _composed_id(row)
        case Sweep() | Dispatch() | Item() | Choice() | Passed() | Guess() | Simulation():
            return str(getattr(row, f"{row.KIND}_id"))
        case Participant() | Withdrawal():
            return f"{row.KIND}.{row.participant_id}"
        case Consent():
            return f"{row.KIND}.{row.participant_id}.{row.study_hash}"
        case Binding():
            return f"{row.KIND}.{new_id()}"


def _composed_id(row: Reply | RaterSeat | SweepEnd) -> str:
    """Names that make a second one of the same impossible: a unit's reply, a seat's holder."""
    match row:
        case Reply():
            return f"{row.unit_id}.{row.attempt_of}" if row.attempt_of else row.unit_id
        case RaterSeat():
            freeze = row.confirm_hash.rpartition(":")[2][:16]
            return f"{row.KIND}.{freeze}.{row.seat}.{row.holder}"
        case SweepEnd():
            return f"{row.sweep_id}.end"


def chain_of(row: Row) -> str:
    """Name the chain a row belongs to: its session, its participant, or ``study``."""
    match row:
        case Session() | Turn() | Rating() | Flag() | SessionEnd():
            return row.session_id
        case RaterSeat() | Item() | Choice() | Passed() | Guess():
            return row.session_id
        case Sweep() | Dispatch() | Reply() | SweepEnd():
            return row.sweep_id
        case Participant() | Consent() | Withdrawal():
            return row.participant_id
        case Binding() | Simulation():
            return STUDY_CHAIN


def encode(row: Row) -> str:
    """Write a row's fields as canonical JSON, in ASCII.

    Raises:
        ValueError: if a field holds something its type does not allow, NaN or an infinity.
    """
    with suppress(Unfit, TypeError, ValueError):
        return canonical_json(plain(row))
    # Something is wrong, or only unusual: look at it field by field, and say what.
    body = asdict(row)
    try:
        _build(type(row), body, row.KIND)
        return canonical_json(body)
    except (_Mismatch, TypeError, ValueError) as problem:
        raise ValueError(
            f"record: {row.KIND} {event_id(row)} cannot be kept: {problem}. Mend the value and "
            "append it again; nothing was written."
        ) from problem


def decode(kind: str, version: int, body: dict[str, Any]) -> Row:
    """Read a row from its body, checking every field.

    Raises:
        RecordUnreadable: if the kind or version is unknown here, or a field does not fit.
    """
    row_type = _BY_KIND.get(kind)
    if row_type is None or version != VERSION:
        raise RecordUnreadable(
            f"record: got a row of kind {kind!a}, version {version}; wanted one this toolkit knows "
            f"({', '.join(sorted(_BY_KIND))}, version {VERSION}). A newer toolkit wrote it: "
            "upgrade Parallax to read it."
        )
    try:
        row: Row = _build(row_type, body, kind)
    except _Mismatch as problem:
        raise RecordUnreadable(
            f"record: a {kind} row cannot be read: {problem}. Run `parallax verify` to see whether "
            "the record was changed after it was written."
        ) from problem
    return row


class _Mismatch(ValueError):
    """A value does not fit the type its field declares."""


def _checked_id(text: str, kind: str) -> str:
    if _EVENT_ID.fullmatch(text):
        return text
    shown = ascii(text if len(text) <= 80 else text[:77] + "...")
    raise BadIdentifier(
        f"record: got {shown} as an id of a {kind} row; wanted 1 to 200 visible ASCII characters. "
        "Use an id made by the toolkit."
    )


def _field_types(of: type[Any]) -> dict[str, tuple[Any, bool]]:
    """Name each field with its type and whether it may be left out."""
    if of not in _known_types:
        hints = get_type_hints(of)
        _known_types[of] = {
            field.name: (
                hints[field.name],
                field.default is not MISSING or field.default_factory is not MISSING,
            )
            for field in fields(of)
        }
    return _known_types[of]


def _build(of: type[Any], body: Any, where: str) -> Any:
    if not isinstance(body, dict):
        raise _mismatch(where, body, "an object")
    types = _field_types(of)
    if unknown := sorted(set(body) - set(types)):
        raise _Mismatch(f"{where} has no field {unknown[0]!a}")
    if missing := [
        name for name, (_, optional) in types.items() if not optional and name not in body
    ]:
        raise _Mismatch(f"{where} lacks the field {missing[0]!a}")
    return of(
        **{name: _fit(value, types[name][0], f"{where}.{name}") for name, value in body.items()}
    )


def _fit(value: Any, hint: Any, where: str) -> Any:
    """Return ``value`` as ``hint`` wants it; JSON lists become tuples, whole numbers floats."""
    if hint is Any:
        return value
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value, where)
    origin = get_origin(hint)
    if origin is None:
        return _fit_plain(value, hint, where)
    if origin is Literal:
        if value in get_args(hint):
            return value
        raise _mismatch(where, value, "one of " + ", ".join(map(str, get_args(hint))))
    if origin in (Union, UnionType):
        return _fit_optional(value, hint, where)
    return _fit_collection(value, hint, where)


def _fit_plain(value: Any, hint: type[Any], where: str) -> Any:
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is hint:
        return value
    raise _mismatch(where, value, hint.__name__)


def _fit_optional(value: Any, hint: Any, where: str) -> Any:
    (wanted,) = (option for option in get_args(hint) if option is not NoneType)
    return None if value is None else _fit(value, wanted, where)


def _fit_collection(value: Any, hint: Any, where: str) -> Any:
    if get_origin(hint) is tuple and isinstance(value, list | tuple):
        item = get_args(hint)[0]
        return tuple(_fit(one, item, f"{where}[{place}]") for place, one in enumerate(value))
    if get_origin(hint) is dict and isinstance(value, dict):
        key, item = get_args(hint)
        return {_fit(k, key, where): _fit(v, item, f"{where}[{k!a}]") for k, v in value.items()}
    raise _mismatch(where, value, str(hint))


def _mismatch(where: str, value: Any, wanted: str) -> _Mismatch:
    shown = ascii(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return _Mismatch(f"{where} is {shown}, wanted {wanted}")
