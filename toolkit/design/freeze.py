"""The explore freeze: what a study was when its first tester began, in one file and one hash."""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from toolkit.canon import canonical_json, content_hash, new_id, timestamp
from toolkit.errors import Complaint, InvalidFiles, RecordError, RecordFull, RecordUnwritable

FILE_NAME = "explore.frozen.json"
DISTRIBUTION = "parallax-trust"
_CONTENT = {"vocabulary", "study", "personas", "scenarios"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A study as frozen: its hash, when and by which toolkit, and everything it said."""

    study_id: str
    hash: str
    """Hash of ``content``."""
    toolkit_version: str
    frozen_at: str
    """UTC, as ``2026-01-31T09:30:00.123456Z``."""
    content: Mapping[str, Any]
    """``vocabulary`` (its version), ``study``, ``personas`` and ``scenarios`` (by id)."""


def make_freeze(study_id: str, content: Mapping[str, Any]) -> Freeze:
    """Freeze ``content`` now, with this toolkit; nothing is written."""
    return Freeze(
        study_id=study_id,
        hash=content_hash(content),
        toolkit_version=version(DISTRIBUTION),
        frozen_at=timestamp(),
        content=content,
    )


def read_freeze(results: Path, *, shown: str) -> Freeze | None:
    """Read the freeze in a results folder, or None when nothing was frozen.

    Args:
        results: the study's results folder.
        shown: how errors name that folder.

    Raises:
        InvalidFiles: if the file is damaged or was edited.
    """
    path = results / FILE_NAME
    file = f"{shown}/{FILE_NAME}"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(file, f"a file that cannot be read ({type(error).__name__})") from None
    try:
        freeze = Freeze(**json.loads(text))
        intact = content_hash(freeze.content) == freeze.hash and freeze.content.keys() >= _CONTENT
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise _damaged(file, "something that is not a freeze") from None
    if not intact:
        raise _damaged(file, "content that does not match its own hash")
    return freeze


def _damaged(file: str, got: str) -> InvalidFiles:
    wanted = "the freeze as it was written"
    hint = "Restore it from a backup; it is never edited by hand."
    return InvalidFiles([Complaint(file, 0, "", got, wanted, hint)])


def write_freeze(results: Path, freeze: Freeze, *, shown: str) -> None:
    """Write a freeze so that a reader sees all of it or nothing, even after a power cut.

    Raises:
        RecordUnwritable: if the folder cannot be made or written.
        RecordFull: if there is no room left.
    """
    fields = {name: getattr(freeze, name) for name in Freeze.__slots__}
    temporary = results / f".{FILE_NAME}.{new_id()}"
    try:
        results.mkdir(parents=True, exist_ok=True)
        _write_durably(temporary, canonical_json(fields) + "\n")
        os.replace(temporary, results / FILE_NAME)
        _sync_folder(results)
    except OSError as error:
        _remove(temporary)
        raise _unwritable(error, freeze.study_id, shown) from None


def _write_durably(path: Path, text: str) -> None:
    with path.open("x", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # The folder itself is the trouble; the caller reports it.
        return


def _unwritable(error: OSError, study_id: str, shown: str) -> RecordError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return RecordFull(
            f"study {study_id}: got no room left in {shown}/; wanted to write the freeze there. "
            "Free some space on that disk, then try again."
        )
    reason = error.strerror or type(error).__name__
    return RecordUnwritable(
        f"study {study_id}: got a results folder {shown}/ that cannot be written ({reason}); "
        "wanted a folder of our own. Move away what is in its place or make it writable, or "
        "choose another workspace with --workspace, then try again."
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what changed between two contents, one file and field each, sorted by file."""
    found: list[str] = []
    if before["vocabulary"] != after["vocabulary"]:
        versions = f"version {before['vocabulary']}, now {after['vocabulary']}"
        found.append(f"the toolkit's vocabulary: {versions}")
    study_id = after["study"]["id"]
    found += _changes(f"personas/studies/{study_id}.yaml", before["study"], after["study"])
    for part, folder in (("personas", "people"), ("scenarios", "scenarios")):
        for name in sorted({*before[part], *after[part]}):
            file = f"personas/{folder}/{name}.yaml"
            if name not in after[part]:
                found.append(f"{file}: removed from the study")
            elif name not in before[part]:
                found.append(f"{file}: added to the study")
            else:
                found += _changes(file, before[part][name], after[part][name])
    return tuple(found)


def _changes(file: str, before: object, after: object) -> list[str]:
    return [f"{file}: {field} {what}" for field, what in _walk("", before, after)]


def _walk(field: str, before: object, after: object) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _child(_join(field, key), key, before, after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _walk(_join(field, str(index + 1)), old, new)
    else:
        yield field, "changed"


def _child(
    field: str, key: str, before: dict[str, object], after: dict[str, object]
) -> Iterator[tuple[str, str]]:
    if key not in before:
        yield field, "added"
    elif key not in after:
        yield field, "removed"
    else:
        yield from _walk(field, before[key], after[key])


def _join(field: str, part: str) -> str:
    return f"{field}.{part}" if field else part
