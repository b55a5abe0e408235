"""Ids and levels of a workspace that people could not tell apart."""

from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.design.personas import Persona
from toolkit.design.workspace_files import Reading
from toolkit.errors import Complaint
from toolkit.rendering import code_points, look_alike_keys


def look_alike_complaints(readings: Mapping[str, Reading[Any]], noun: str) -> Iterator[Complaint]:
    """Complain about ids of one kind of file, and values of one factor, that look alike.

    Args:
        readings: every file of one kind, by id.
        noun: what one of them is called.
    """
    seen: dict[tuple[int, str], str] = {}
    levels: dict[tuple[str, int, str], str] = {}
    for name, reading in readings.items():
        if other := _known(name, seen, ()):
            got = f"two ids of a {noun} that look alike: '{other}' and '{name}'"
            hint = "Rename one of the files, and its id."
            yield reading.complaint(("id",), got, "ids that people can tell apart", hint)
        if not isinstance(reading.value, Persona):
            continue
        for factor, level in reading.value.factors.items():
            if other := _known(level, levels, (factor,)):
                got = f"'{code_points(level)}', where another persona has '{code_points(other)}'"
                hint = "Write both the same way if they are one, else reword one of them."
                yield reading.complaint(("factors", factor), got, "one spelling a level", hint)


def _known(name: str, seen: dict[Any, str], of: tuple[str, ...]) -> str:
    """The first name that looks like this one and is another."""
    firsts = [seen.setdefault((*of, *key), name) for key in enumerate(look_alike_keys(name))]
    return next((first for first in firsts if first != name), "")
