"""Workspace files: where they are, what they are called, what they say."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from toolkit.canon import check_id, path_under
from toolkit.design.document import Document, FieldPath, dotted, one_of, shown, suggestion
from toolkit.design.field_types import ID_WORDS
from toolkit.design.file_schema import Filed
from toolkit.design.validation_messages import validated
from toolkit.errors import BadIdentifier, Complaint, DesignError, InvalidFiles, UnknownName

ENVIRONMENT = "PARALLAX_WORKSPACE"
ENDING = ".yaml"
PERSONAS = "personas"
MOST_COMPLAINTS = 40
"""Complaints listed for one file."""

File = TypeVar("File", bound=Filed)


@dataclass(frozen=True)
class Reading(Generic[File]):
    """One file as read: its value if it is valid, and every complaint if it is not."""

    document: Document
    value: File | None
    complaints: tuple[Complaint, ...]

    def complaint(self, place: FieldPath, got: str, wanted: str, hint: str) -> Complaint:
        """Complain about a value, on the line where it begins.

        Args:
            place: keys and positions from the top of the file.
            got: what stands there.
            wanted: what is allowed.
            hint: what to do next, a whole sentence or nothing.
        """
        line = self.document.line_of(place)
        return Complaint(self.document.file, line, dotted(place), got, wanted, hint)

    def unknown(self, place: FieldPath, noun: str, name: str, known: Collection[str]) -> Complaint:
        """Complain about an id that no file goes by.

        Args:
            place: where it is named.
            noun: what it is the id of.
            name: the id.
            known: ids there are files for.
        """
        wanted = f"the id of a {noun}" + (f": {one_of(known)}" if known else "")
        hint = suggestion(name, known) or f"Make it with `parallax new {noun}`."
        return self.complaint(place, shown(name), wanted, hint)


def find_root(root: str | os.PathLike[str] | None = None) -> Path:
    """Find the workspace: as given, else as in the environment, else upwards from here.

    Raises:
        DesignError: if that folder, or no folder upwards, holds ``personas/studies``.
    """
    given = root or os.environ.get(ENVIRONMENT)
    if given:
        folder = Path(given).expanduser().absolute()
        if _is_workspace(folder):
            return folder
        source = "" if root else f" (from {ENVIRONMENT})"
        raise DesignError(
            f"workspace: got {str(given)!r}{source}; wanted a folder that holds "
            f"personas/studies. Name another one, or make it with `parallax init {given}`."
        )
    here = Path.cwd()
    for folder in (here, *here.parents):
        if _is_workspace(folder):
            return folder
    raise DesignError(
        f"workspace: got the folder {here.name!r}; wanted it, or a folder around it, to hold "
        f"personas/studies. Change to your workspace, set {ENVIRONMENT} to it, or make one with "
        "`parallax init DIR`."
    )


def _is_workspace(folder: Path) -> bool:
    return (folder / PERSONAS / "studies").is_dir()


def ids(root: Path, kind: type[File]) -> tuple[str, ...]:
    """Names of all files of one kind, sorted, whether or not they are valid.

    Args:
        root: the workspace.
        kind: what the files hold.
    """
    return tuple(sorted(path.name.removesuffix(ENDING) for path in written_files(root, kind)))


def written_files(root: Path, kind: type[File]) -> list[Path]:
    """Paths of everything that claims to be a file of one kind, sorted by name.

    Args:
        root: the workspace.
        kind: what the files hold.
    """
    return [path for path in files_of(root, kind) if path.name.endswith(ENDING)]


def files_of(root: Path, kind: type[File]) -> list[Path]:
    """Paths of everything in the folder of one kind, sorted, hidden ones left out.

    Args:
        root: the workspace.
        kind: what the files of that folder hold.
    """
    folder = path_under(root, PERSONAS, kind.FOLDER)
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def read_named(root: Path, kind: type[File], name: str) -> Reading[File]:
    """Read the file of that name.

    Args:
        root: the workspace.
        kind: what the file holds.
        name: its id.

    Raises:
        BadIdentifier: if the name is no id.
        UnknownName: if there is no such file; names the nearest and all there are.
    """
    check_id(name, what=kind.NOUN)
    path = path_under(root, PERSONAS, kind.FOLDER) / f"{name}{ENDING}"
    if not path.exists() and not path.is_symlink():
        raise unknown(kind.NOUN, name, ids(root, kind))
    return read(root, kind, path)


def complaints_of(readings: Mapping[str, Reading[File]]) -> list[Complaint]:
    """Every complaint about some files."""
    return [complaint for reading in readings.values() for complaint in reading.complaints]


def unknown(noun: str, name: str, known: Iterable[str]) -> UnknownName:
    """Make the error for a name nobody goes by.

    Args:
        noun: what it should be the name of.
        name: as it was given.
        known: the names there are.
    """
    known = tuple(known)
    command = f"`parallax new {noun}`"
    if not known:
        got = f"{noun}: got {shown(name)}; there is none yet."
        return UnknownName(f"{got} Make it with {command}.")
    step = suggestion(name, known) or f"Name one of those, or make it with {command}."
    return UnknownName(f"{noun}: got {shown(name)}; wanted {one_of(known)}. {step}")


def read(root: Path, kind: type[File], path: Path) -> Reading[File]:
    """Read one file completely: its YAML, its schema, its name.

    Args:
        root: the workspace.
        kind: what the file holds.
        path: the file.
    """
    # A parser is heavy, and much that imports this reads no file.
    from toolkit.design.files import read_document

    file = path.relative_to(root).as_posix()
    document = read_document(path, file=file, noun=kind.NOUN)
    value, found = validated(document, kind)
    complaints = [*_name_complaints(path, file), *found, *_id_complaints(path, document)]
    return Reading(document, None if complaints else value, _first(complaints))


def _first(complaints: list[Complaint]) -> tuple[Complaint, ...]:
    """Put complaints in the file's order and count, instead of listing, all beyond a screenful."""
    shown_here = sorted(complaints, key=lambda one: one.line)[:MOST_COMPLAINTS]
    if more := len(complaints) - len(shown_here):
        got = f"{more:,} more problems"
        hint = "Mend those above first."
        shown_here.append(Complaint(shown_here[0].file, 0, "", got, "none", hint))
    return tuple(shown_here)


def _is_id(text: object) -> bool:
    try:
        return isinstance(text, str) and check_id(text) == text
    except BadIdentifier:
        return False


def _name_complaints(path: Path, file: str) -> list[Complaint]:
    if _is_id(path.name.removesuffix(ENDING)):
        return []
    got = f"the file name {shown(path.name)}"
    return [Complaint(file, 0, "", got, f"{ID_WORDS}, then '.yaml'", "Rename the file.")]


def _id_complaints(path: Path, document: Document) -> list[Complaint]:
    """Complain about an id that is not the file's name, if each is well formed by itself."""
    name = path.name.removesuffix(ENDING)
    got = document.value.get("id") if document.value else None
    if not _is_id(got) or not _is_id(name) or got == name:
        return []
    hint = "Change the id, or rename the file."
    if (path.parent / f"{got}{ENDING}").exists():
        hint = f"{got}{ENDING} already has that id; change this one."
    line = document.line_of(("id",))
    wanted = f"{name!r}, as the file is called"
    return [Complaint(document.file, line, "id", shown(got), wanted, hint)]


def read_valid(root: Path, kind: type[File], name: str) -> File:
    """Read the file of that name and return its value.

    Args:
        root: the workspace.
        kind: what the file holds.
        name: its id.

    Raises:
        BadIdentifier, UnknownName: as ``read_named``.
        InvalidFiles: with every complaint about it.
    """
    reading = read_named(root, kind, name)
    if reading.value is None:
        raise InvalidFiles(reading.complaints)
    return reading.value
