"""Lookup of the study or record that somebody means."""

import os
from pathlib import Path

from toolkit.design import Study, Workspace
from toolkit.errors import RecordUnreadable


def find_study(named: str | None, workspace: Workspace) -> Study:
    """Load the study that was named, else ``PARALLAX_STUDY``, else the only one, else ``pilot``.

    Args:
        named: its id, or None.
        workspace: where to look.

    Raises:
        UnknownName: if there is no such study.
        InvalidFiles: if what it says is not valid.
    """
    if named is None and not os.environ.get("PARALLAX_STUDY"):
        there = workspace.studies()
        named = there[0] if len(there) == 1 else None
    return Study.load(named, workspace=workspace)


def find_record(named: str | None, workspace: str | None) -> str | Path | Study:
    """Find an existing record.

    Args:
        named: a database address, a ``.db`` file, an export, a study's id, or None for the study
            of this environment.
        workspace: where studies are, if not where we are.

    Returns:
        Something ``open_record`` opens.

    Raises:
        RecordUnreadable: if nothing was recorded there yet.
        UnknownName: if there is no such study.
    """
    if named is not None and "://" in named:
        return named
    if named is not None and named.endswith((".db", ".sqlite", ".jsonl", ".jsonl.gz")):
        return _existing(Path(named), named)
    study = find_study(named, Workspace(workspace))
    if path := _record_file(study):
        _existing(path, f"study {study.id}")
    return study


def record_begun(study: Study) -> bool:
    """Whether there is a record of the study already; of a database server, yes."""
    path = _record_file(study)
    return path is None or path.is_file()


def _record_file(study: Study) -> Path | None:
    scheme, mark, path = study.url.partition("sqlite:///")
    return Path(path) if mark and not scheme else None


def _existing(path: Path, what: str) -> Path:
    if path.is_file():
        return path
    raise RecordUnreadable(
        f"{what}: got no record at {path.name}; wanted one that a session or a run has "
        "begun. Run `parallax lab` or `parallax run` first, or check the name."
    )
