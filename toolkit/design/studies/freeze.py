"""A freeze: what a stage of a study was when it began, in one file and one hash.

The *explore* freeze holds the study, its personas and its scenarios; the *confirm* freeze adds the
confirm section and its contrasts, and names the explore hash it stands on.
"""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from toolkit.canon import VERSION, canonical_json, content_hash, new_id, timestamp
from toolkit.errors import Complaint, InvalidFiles, RecordError, RecordFull, RecordUnwritable

StageName = Literal["explore", "confirm"]
_CONTENT: dict[StageName, set[str]] = {
    "explore": {"vocabulary", "study", "personas", "scenarios"},
    "confirm": {"vocabulary", "study_id", "explore", "confirm", "contrasts"},
}


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
    """Explore: ``vocabulary`` (its version), ``study``, ``personas`` and ``scenarios`` (by id).
    Confirm: ``vocabulary``, ``study_id``, ``explore`` (the explore hash), ``confirm`` (the
    section) and ``contrasts`` (by id)."""


@dataclass(frozen=True, slots=True)
class FreezeFile:
    """Where the freeze of one stage of a study is kept."""

    folder: Path
    """The study's results."""
    shown: str
    """How errors name that folder."""
    study_id: str
    stage: StageName

    @property
    def path(self) -> Path:
        """The file; it may not exist yet."""
        return self.folder / f"{self.stage}.frozen.json"

    def read(self) -> Freeze | None:
        """Read the freeze, or None when nothing was frozen.

        Raises:
            InvalidFiles: if the file is damaged or was edited.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            got = f"a file that cannot be read ({type(error).__name__})"
            raise self._damaged(got) from None
        try:
            freeze = Freeze(**json.loads(text))
            intact = content_hash(freeze.content) == freeze.hash
            intact = intact and freeze.content.keys() >= _CONTENT[self.stage]
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._damaged("something that is not a freeze") from None
        if not intact:
            raise self._damaged("content that does not match its own hash")
        return freeze

    def hash_of(self, content: Mapping[str, Any]) -> str:
        """Hash a content, or take the hash of the freeze while it says the same.

        Args:
            content: as this toolkit writes it.

        Raises:
            InvalidFiles: if the freeze is damaged or was edited.
        """
        frozen = self.read()
        if frozen is not None and _stated(frozen.content) == _stated(content):
            return frozen.hash
        return content_hash(content)

    def write(self, content: Mapping[str, Any]) -> Freeze:
        """Freeze a content now, so that a reader sees all of it or nothing, even after a power cut.

        Raises:
            RecordUnwritable: if the folder cannot be made or written.
            RecordFull: if there is no room left.
        """
        freeze = Freeze(
            study_id=self.study_id,
            hash=content_hash(content),
            toolkit_version=VERSION,
            frozen_at=timestamp(),
            content=content,
        )
        fields = {name: getattr(freeze, name) for name in Freeze.__slots__}
        temporary = self.folder / f".{self.path.name}.{new_id()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_durably(temporary, canonical_json(fields) + "\n")
            os.replace(temporary, self.path)
            _sync_folder(self.folder)
        except OSError as error:
            _remove(temporary)
            raise self._unwritable(error) from None
        return freeze

    def set_aside(self) -> None:
        """Keep the freeze under a name of its own, so that another can be made.

        Raises:
            RecordUnwritable: if it cannot be renamed.
        """
        number = 1
        while (kept := self.folder / f"{self.stage}.frozen.{number}.json").exists():
            number += 1
        try:
            os.replace(self.path, kept)
            _sync_folder(self.folder)
        except OSError as error:
            raise self._unwritable(error) from None

    def _damaged(self, got: str) -> InvalidFiles:
        wanted = "the freeze as it was written"
        hint = "Restore it from a backup; it is never edited by hand."
        return InvalidFiles([Complaint(f"{self.shown}/{self.path.name}", 0, "", got, wanted, hint)])

    def _unwritable(self, error: OSError) -> RecordError:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return RecordFull(
                f"study {self.study_id}: got no room left in {self.shown}/; wanted to write the "
                "freeze there. Free some space on that disk, then try again."
            )
        reason = error.strerror or type(error).__name__
        return RecordUnwritable(
            f"study {self.study_id}: got a results folder {self.shown}/ that cannot be written "
            f"({reason}); wanted a folder of our own. Move away what is in its place or make it "
            "writable, or choose another workspace with --workspace, then try again."
        )


def _stated(value: Any) -> Any:
    """Leave out every field that is empty: it says what its absence says.

    So a toolkit that learned a new optional field still knows what was frozen without it.
    """
    if isinstance(value, Mapping):
        stated = {name: _stated(one) for name, one in value.items()}
        return {name: one for name, one in stated.items() if one not in (None, [], {})}
    return [_stated(one) for one in value] if isinstance(value, list) else value


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


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what changed between two contents, one file and field each, sorted by file.

    Args:
        before: as it was frozen.
        after: as the files are now.
    """
    before, after = _stated(before), _stated(after)
    found: list[str] = []
    if before["vocabulary"] != after["vocabulary"]:
        versions = f"version {before['vocabulary']}, now {after['vocabulary']}"
        found.append(f"the toolkit's vocabulary: {versions}")
    if before.get("explore") != after.get("explore"):
        found.append("the explore stage: its personas, scenarios or study file changed")
    study_id = after["study_id"] if "confirm" in after else after["study"]["id"]
    section = "confirm" if "confirm" in after else "study"
    found += _changes(f"personas/studies/{study_id}.yaml", before[section], after[section])
    for part, folder in _FOLDERS.items():
        found += _changed_files(folder, before.get(part, {}), after.get(part, {}))
    return tuple(found)


_FOLDERS = {"personas": "people", "scenarios": "scenarios", "contrasts": "contrasts"}


def _changed_files(
    folder: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[str]:
    for name in sorted({*before, *after}):
        file = f"personas/{folder}/{name}.yaml"
        if name not in after:
            yield f"{file}: removed from the study"
        elif name not in before:
            yield f"{file}: added to the study"
        else:
            yield from _changes(file, before[name], after[name])


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
