"""Which record somebody means: a study's, a file's or a database's."""

from pathlib import Path

from toolkit.design import Study, Workspace
from toolkit.errors import RecordUnreadable


def find_record(named: str | None, workspace: str | None) -> str | Path | Study:
    """Find an existing record.

    Args:
        named: a database address, a ``.db`` file, a study's id, or None for the study of this
            environment.
        workspace: where studies are, if not where we are.

    Returns:
        Something ``open_record`` opens.

    Raises:
        RecordUnreadable: if nothing was recorded there yet.
        UnknownName: if there is no such study.
    """
    if named is not None and "://" in named:
        return named
    if named is not None and named.endswith((".db", ".sqlite")):
        return _existing(Path(named), named)
    study = Study.load(named, workspace=Workspace(workspace))
    if study.url.startswith("sqlite:///"):
        _existing(Path(study.url.removeprefix("sqlite:///")), f"study {study.id}")
    return study


def _existing(path: Path, what: str) -> Path:
    if path.is_file():
        return path
    raise RecordUnreadable(
        f"{what}: got no record at {path.name}; wanted one that a session has begun. Run "
        "`parallax lab` first, or check the name."
    )
