"""Plain words for what a schema refuses: from validation errors to complaints."""

import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from toolkit.design.closed_lists import REFUSED, one_of, suggestion
from toolkit.design.document import Document, Place, dotted, shown
from toolkit.design.file_schema import PATTERNS, Written, meanings
from toolkit.errors import Complaint

Model = TypeVar("Model", bound=Written)
Words = tuple[str, str, str]
"""What was got, what is wanted, and a hint."""


def validated(document: Document, model: type[Model]) -> tuple[Model | None, list[Complaint]]:
    """Read a document as its schema asks for it.

    Args:
        document: what a file says.
        model: the schema.

    Returns:
        The value, None where there is none, and every complaint about the document.
    """
    if document.value is None:
        return None, list(document.complaints)
    try:
        return model.model_validate(document.value), list(document.complaints)
    except ValidationError as error:
        return None, [*document.complaints, *_explained(error, model, document)]


def _explained(error: ValidationError, model: type[Written], document: Document) -> list[Complaint]:
    """Turn what pydantic refused into complaints, but for places already complained about."""
    return [
        _complaint(details, model, document)
        for details in error.errors(include_url=False)
        if not _stands_in(_place(details), document) and not _counts_wrongly(details)
    ]


def _counts_wrongly(details: ErrorDetails) -> bool:
    # A list whose entries are invalid is also reported as too short, counting the valid ones.
    least = details.get("ctx", {}).get("min_length", 0)
    return details["type"] == "too_short" and len(details["input"]) >= least


def _place(details: ErrorDetails) -> Place:
    return tuple(part for part in details["loc"] if part != "[key]")


def _stands_in(place: Place, document: Document) -> bool:
    return any(place[: len(unread)] == unread for unread in document.unread)


def _complaint(details: ErrorDetails, model: type[Written], document: Document) -> Complaint:
    place = _place(details)
    got, wanted, hint = _words(details, model)
    return Complaint(document.file, document.line_of(place), dotted(place), got, wanted, hint)


def _words(details: ErrorDetails, model: type[Written]) -> Words:
    kind, value, place = details["type"], details["input"], _place(details)
    context = details.get("ctx", {})
    if kind == REFUSED:
        return context["got"] or shown(value), context["wanted"], context["hint"]
    if kind == "missing":
        return "nothing", _missing(_schema_at(model, place[:-1]), str(place[-1])), ""
    if kind == "extra_forbidden":
        known = _schema_at(model, place[:-1])
        return _unknown_field(str(place[-1]), known)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return shown(value), one_of(allowed), suggestion(str(value), allowed)
    return _SAYINGS.get(kind, _otherwise)(value, context)


def _missing(model: type[Written] | None, name: str) -> str:
    meaning = meanings(model).get(name, "").partition("\n")[0] if model else ""
    return f"a value here: {meaning.rstrip('.')}" if meaning else "a value here"


def _unknown_field(name: str, model: type[Written] | None) -> Words:
    fields = list(model.model_fields) if model else []
    hint = suggestion(name, fields) or "Delete it or correct its name."
    return "an unknown field", one_of(fields), hint


def _schema_at(model: type[Written], place: Place) -> type[Written] | None:
    """Find the model that describes ``place``, following lists, mappings and optional values."""
    kind: Any = model
    for part in place:
        kind = _step(_plain(kind), part)
    found = _plain(kind)
    return found if isinstance(found, type) and issubclass(found, Written) else None


def _step(kind: Any, part: str | int) -> Any:
    if isinstance(kind, type) and issubclass(kind, Written):
        field = kind.model_fields.get(str(part))
        return field.annotation if field else None
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return arguments[0]
    return arguments[1] if get_origin(kind) is dict else None


def _plain(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return _plain(next(one for one in get_args(kind) if one is not type(None)))
    return kind


def _otherwise(value: object, context: Mapping[str, Any]) -> Words:
    return shown(value), "a value that the schema allows", ""


def _says(wanted: str, hint: str = "") -> Callable[[object, Mapping[str, Any]], Words]:
    return lambda value, context: (shown(value), wanted, hint)


def _number(wanted: str, key: str) -> Callable[[object, Mapping[str, Any]], Words]:
    return lambda value, context: (shown(value), wanted.format(context[key]), "")


def _too_short(value: object, context: Mapping[str, Any]) -> Words:
    return shown(value), "text", ""


def _too_long(value: object, context: Mapping[str, Any]) -> Words:
    return f"{len(str(value)):,} characters", f"at most {context['max_length']:,}", "Shorten it."


def _entries(value: object, context: Mapping[str, Any]) -> Words:
    got = len(value) if isinstance(value, list) else 0
    if "min_length" in context:
        bound = f"at least {context['min_length']}"
    else:
        bound = f"at most {context['max_length']}"
    return f"{got} {'entry' if got == 1 else 'entries'}", bound, ""


def _pattern(value: object, context: Mapping[str, Any]) -> Words:
    return shown(value), PATTERNS.get(context["pattern"], "another spelling"), ""


_A_LIST = _says("a list", "Begin each entry with '- ' on a line of its own.")
_FIELDS = _says("fields of its own, indented below it")
_WHOLE = _says("a whole number")
_DECIMAL = _says("a number")
_DATE = _says("a date, such as 2026-01-31")

_SAYINGS: dict[str, Callable[[object, Mapping[str, Any]], Words]] = {
    "string_type": _says("text", "Put quotes around it."),
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    "too_short": _entries,
    "too_long": _entries,
    "tuple_type": _A_LIST,
    "model_type": _FIELDS,
    "dict_type": _FIELDS,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "date_from_datetime_inexact": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "float_type": _DECIMAL,
    "float_parsing": _DECIMAL,
    "finite_number": _DECIMAL,
    "greater_than_equal": _number("a number of at least {:g}", "ge"),
    "greater_than": _number("a number above {:g}", "gt"),
    "less_than_equal": _number("a number of at most {:g}", "le"),
    "less_than": _number("a number below {:g}", "lt"),
}
