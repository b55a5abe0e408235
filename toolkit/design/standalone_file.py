"""Files people write that belong to no workspace, read as strictly as those that do."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from toolkit.design.file_schema import Written
from toolkit.design.files import read_document
from toolkit.design.validation_messages import explain
from toolkit.errors import InvalidFiles

Value = TypeVar("Value", bound=Written)


def read_written(path: Path, kind: type[Value], *, noun: str) -> Value:
    """Read one YAML file that needs no schema on its first line.

    Args:
        path: the file; complaints show its name alone.
        kind: what it holds.
        noun: what it is called.

    Raises:
        InvalidFiles: with every complaint about it.
    """
    document = read_document(path, file=path.name, noun=noun, standalone=True)
    complaints = list(document.complaints)
    value: Value | None = None
    if document.value is not None:
        try:
            value = kind.model_validate(document.value)
        except ValidationError as error:
            complaints += explain(error, kind, document)
    if complaints or value is None:
        raise InvalidFiles(sorted(complaints, key=lambda one: one.line))
    return value
