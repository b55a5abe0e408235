"""Documents held to their schema, and plain words for what it refuses."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from toolkit.design.document import Document, FieldPath, dotted, one_of, shown, suggestion
from toolkit.design.field_types import PATTERNS
from toolkit.design.file_schema import Written, meanings
from toolkit.design.validation_errors import REFUSED
from toolkit.errors import Complaint, InvalidFiles

Model = TypeVar("Model", bound=Written)
Words = tuple[str, str, str]
"""What was got, what is wanted, and a hint."""


def read_written(path: Path, kind: type[Model], *, noun: str) -> Model:
    """Read one YAML file that needs no schema on its first line.

    Args:
        path: the file; complaints show its name alone.
        kind: what it holds.
        noun: what it is called.

    Raises:
        InvalidFiles: with every complaint about it.
    """
    # A parser is heavy, and much that imports this reads no file.
    from toolkit.design.files import read_document

    document = read_document(path, file=path.name, noun=noun, standalone=True)
    value, complaints = validated(document, kind)
    if complaints or value is None:
        raise InvalidFiles(sorted(complaints, key=lambda one: one.line))
    return value


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


def _explained(
    error: ValidationError, model: type[Written], document: Document
) -> Iterator[Complaint]:
    """Turn what pydantic refused into complaints, but for places already complained about."""
    for details in error.errors(include_url=False):
        place = tuple(part for part in details["loc"] if part != "[key]")
        stands_in = any(place[: len(unread)] == unread for unread in document.unread)
        if not stands_in and not _counts_wrongly(details):
            words = _words(details, place, model)
            yield Complaint(document.file, document.line_of(place), dotted(place), *words)


def _counts_wrongly(details: ErrorDetails) -> bool:
    # A list whose entries are invalid is also reported as too short, counting the valid ones.
    least = details.get("ctx", {}).get("min_length", 0)
    return details["type"] == "too_short" and len(details["input"]) >= least


def _words(details: ErrorDetails, place: FieldPath, model: type[Written]) -> Words:
    kind, value = details["type"], details["input"]
    context = details.get("ctx", {})
    if kind == REFUSED:
        return context["got"] or shown(value), context["wanted"], context["hint"]
    if kind == "missing":
        return "nothing", _missing(_schema_at(model, place[:-1]), str(place[-1])), ""
    if kind == "extra_forbidden":
        return _unknown_field(str(place[-1]), _schema_at(model, place[:-1]).model_fields)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return shown(value), one_of(allowed), suggestion(str(value), allowed)
    if kind == "string_pattern_mismatch":
        return shown(value), PATTERNS.get(context["pattern"], "another spelling"), ""
    known = _WANTED.get(kind) or _WANTED.get(kind.partition("_")[0])
    wanted, hint = known or ("a value that the schema allows", "")
    return _measured(kind, value) or shown(value), wanted.format(**context), hint


def _missing(model: type[Written], name: str) -> str:
    meaning = meanings(model).get(name, "").partition("\n")[0]
    return f"a value here: {meaning.rstrip('.')}" if meaning else "a value here"


def _unknown_field(name: str, fields: Collection[str]) -> Words:
    hint = suggestion(name, fields) or "Delete it or correct its name."
    return "an unknown field", one_of(fields), hint


def _schema_at(model: type[Written], place: FieldPath) -> type[Written]:
    """Find the model that describes ``place``, following lists, mappings and optional values."""
    kind: Any = model
    for part in place:
        if isinstance(kind, type):
            kind = kind.model_fields[str(part)].annotation  # type: ignore[attr-defined]
        else:
            kind = get_args(kind)[get_origin(kind) is dict]
        while get_origin(kind) in {Annotated, Union, UnionType}:
            kind = get_args(kind)[0]
    return kind  # type: ignore[no-any-return]


def _measured(kind: str, value: object) -> str:
    """How long a text or a list is, where its length is what was wrong."""
    if kind == "string_too_long":
        return f"{len(str(value)):,} characters"
    if kind not in {"too_short", "too_long"}:
        return ""
    count = len(value) if isinstance(value, list) else 0
    return f"{count} {'entry' if count == 1 else 'entries'}"


_WANTED: dict[str, tuple[str, str]] = {
    "string_type": ("text", "Put quotes around it."),
    "string_too_short": ("text", ""),
    "string_too_long": ("at most {max_length:,}", "Shorten it."),
    "too_short": ("at least {min_length}", ""),
    "too_long": ("at most {max_length}", ""),
    "tuple": ("a list", "Begin each entry with '- ' on a line of its own."),
    "model": ("fields of its own, indented below it", ""),
    "dict": ("fields of its own, indented below it", ""),
    "int": ("a whole number", ""),
    "date": ("a date, such as 2026-01-31", ""),
    "float": ("a number", ""),
    "finite": ("a number", ""),
    "greater_than_equal": ("a number of at least {ge:g}", ""),
    "greater_than": ("a number above {gt:g}", ""),
    "less_than_equal": ("a number of at most {le:g}", ""),
    "less_than": ("a number below {lt:g}", ""),
}
"""What a schema wants by the type of pydantic's error or its first word, and a hint."""
