"""Fields that `parallax new` left to fill in, found again by `parallax check`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from toolkit.design import Study, Workspace
from toolkit.errors import Complaint, InvalidFiles

_FOLDERS = ("people", "scenarios", "contrasts", "studies")
_PLACEHOLDER = re.compile(r"""\s*(?:- +)?(?:[a-z0-9_-]+: +)?["']?(TODO\b[^"'#]*)""")
"""A value that begins so; the word within somebody's text is theirs."""


def unfilled(workspace: Workspace, paths: Iterable[Path]) -> list[Complaint]:
    """Complain about every placeholder left in these files.

    Args:
        workspace: that they are in.
        paths: of files under ``personas/``.
    """
    return [
        Complaint(
            path.relative_to(workspace.root).as_posix(),
            number,
            "",
            f"the placeholder {ascii(found)}",
            "your own words",
            "The comment above it says what goes there.",
        )
        for path in paths
        for number, found in _found(path)
    ]


def require_filled(study: Study) -> None:
    """Refuse a study with a placeholder left in any of its files.

    Raises:
        InvalidFiles: with every one of them.
    """
    if left := unfilled(Workspace(study.workspace), files_of(study)):
        raise InvalidFiles(left)


def written_files(workspace: Workspace) -> list[Path]:
    """Every file under ``personas/`` that people write, sorted."""
    folders = (workspace.root / "personas" / folder for folder in _FOLDERS)
    return sorted(path for folder in folders for path in folder.glob("*.yaml"))


def files_of(study: Study) -> list[Path]:
    """The study's own file, and those of its personas, scenarios and contrasts."""
    personas = study.workspace / "personas"
    return [
        personas / "studies" / f"{study.id}.yaml",
        *(personas / "people" / f"{one.id}.yaml" for one in study.people),
        *(personas / "scenarios" / f"{one.id}.yaml" for one in study.situations),
        *(personas / "contrasts" / f"{one.id}.yaml" for one in study.contrasts),
    ]


def _found(path: Path) -> Iterator[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        # The check proper says what is wrong with such a file.
        return
    for number, line in enumerate(lines, start=1):
        if match := _PLACEHOLDER.match(line):
            yield number, match.group(1).strip()
