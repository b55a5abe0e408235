"""A freeze: what a stage of a study was when it began, in one file and one hash.

The *explore* freeze holds the study, its personas and its scenarios; the *confirm* freeze adds the
confirm section and its contrasts, and names the explore hash it stands on.
"""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from toolkit.canon import VERSION, canonical_json, content_hash, new_id, timestamp
from toolkit.errors import (
    Complaint,
    InvalidFiles,
    RecordError,
    RecordFull,
    RecordUnwritable,
    StudyChanged,
)

StageName = Literal["explore", "confirm"]
_CONTENT: dict[StageName, set[str]] = {
    "explore": {"vocabulary", "study", "personas", "scenarios"},
    "confirm": {"vocabulary", "study_id", "explore", "confirm", "contrasts"},
}
_CHANGED: dict[StageName, tuple[str, str, str]] = {
    "explore": (
        "files that differ from the freeze",
        "them unchanged, so that no two studies are mixed",
        "copy the study under a new id with `parallax new study` and run that one",
    ),
    "confirm": (
        "a confirm stage that differs from its freeze",
        "it unchanged, so that no plan follows its data",
        "begin anew beside what there is with `parallax freeze {} --stage confirm --again`",
    ),
}
"""What was got of a stage that changed, what was wanted, and what else can be done."""
_FOLDERS = {"personas": "people", "scenarios": "scenarios", "contrasts": "contrasts"}
_ABSENT = object()


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

    def unchanged(self, content: Mapping[str, Any]) -> Freeze | None:
        """Read the freeze, provided that it says what a content says; None if there is none.

        Raises:
            StudyChanged: naming every file and field that differs.
            InvalidFiles: if the freeze is damaged or was edited.
        """
        frozen = self.read()
        if frozen is None or _stated(frozen.content) == _stated(content):
            return frozen
        got, wanted, cure = _CHANGED[self.stage]
        lines = "\n".join(f"  {line}" for line in differences(frozen.content, content))
        raise StudyChanged(
            f"study {self.study_id}: got {got} of {frozen.frozen_at}; wanted {wanted}:\n{lines}\n"
            f"Put these back as they were, or {cure.format(self.study_id)}."
        )

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
            # Should the folder itself be the trouble, this fails as well.
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
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
    file = f"personas/studies/{study_id}.yaml"
    found += (f"{file}: {line}" for line in _walk("", before[section], after[section]))
    for part, folder in _FOLDERS.items():
        old, new = before.get(part, {}), after.get(part, {})
        for name in sorted({*old, *new}):
            file = f"personas/{folder}/{name}.yaml"
            if name in old and name in new:
                found += (f"{file}: {line}" for line in _walk("", old[name], new[name]))
            else:
                found.append(
                    f"{file}: " + ("removed from" if name in old else "added to") + " the study"
                )
    return tuple(found)


def _walk(field: str, before: Any, after: Any) -> Iterator[str]:
    """Each field that differs, and how."""
    if before == after:
        return
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        before, after = (dict(enumerate(one, start=1)) for one in (before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**after, **before}:
            below = f"{field}.{key}" if field else str(key)
            yield from _walk(below, before.get(key, _ABSENT), after.get(key, _ABSENT))
    else:
        what = "added" if before is _ABSENT else "removed" if after is _ABSENT else "changed"
        yield f"{field} {what}"
