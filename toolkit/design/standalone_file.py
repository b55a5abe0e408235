"""Files people write that belong to no workspace, read as strictly as those that do."""

from pathlib import Path
from typing import TypeVar

from toolkit.design.file_schema import Written
from toolkit.design.validation_messages import validated
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
    # A parser is heavy, and much that imports this reads no file.
    from toolkit.design.files import read_document

    document = read_document(path, file=path.name, noun=noun, standalone=True)
    value, complaints = validated(document, kind)
    if complaints or value is None:
        raise InvalidFiles(sorted(complaints, key=lambda one: one.line))
    return value
