"""Starter files that ship with the toolkit: what a new workspace starts with, and templates."""

from pathlib import Path

from toolkit.canon import check_id, path_under
from toolkit.cli.terminal import way_out
from toolkit.design import Workspace
from toolkit.errors import SetupError, UnknownName

_HERE = Path(__file__).parent
_FOLDERS = {
    "persona": "people",
    "scenario": "scenarios",
    "contrast": "contrasts",
    "study": "studies",
}
_ID_LINE = "id: ID-GOES-HERE"

KINDS = tuple(_FOLDERS)
"""What `parallax new` can make."""


def starter_files() -> dict[str, bytes]:
    """Everything a new workspace starts with: path below it, with ``/``, to content.

    Raises:
        SetupError: if the installation lacks them.
    """
    root = _starter_root()
    paths = [
        *root.glob("personas/**/*"),
        *root.glob("notebooks/*.ipynb"),
        *root.glob("results/README.md"),
        *root.glob("results/sample/*"),
    ]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(paths)
        if path.is_file()
    }


def new_file(workspace: Workspace, kind: str, name: str, *, copy_of: str | None = None) -> Path:
    """Write a persona, scenario, contrast or study to fill in, or a copy of one under a new id.

    Args:
        workspace: where to.
        kind: one of ``KINDS``.
        name: its id.
        copy_of: id of the one to copy; None: to fill in.

    Returns:
        The path of the new file.

    Raises:
        BadIdentifier: if ``name`` is no id.
        UnknownName: if there is nothing to copy under that name.
        SetupError: if there is a file already, or it cannot be written.
    """
    folder = _FOLDERS[kind]
    file = f"{check_id(name, what=kind)}.yaml"
    target = path_under(workspace.root, "personas", folder, file)
    text = _template(kind, name) if copy_of is None else _copy(workspace, kind, copy_of, name)
    try:
        write_new(target, text.encode("utf-8"))
    except FileExistsError as problem:
        raise SetupError(
            f"{kind}: got {name!r}, which is there already as personas/{folder}/{file}; wanted a "
            "new id. Choose another, or edit that file."
        ) from problem
    except OSError as problem:
        raise SetupError(
            f"{kind}: personas/{folder}/ cannot be written ({problem.strerror}); wanted to put "
            f"{file} there. {way_out(problem)} and run it again."
        ) from problem
    return target


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet: all of it or nothing.

    Args:
        path: its folder is made if need be.
        data: the whole content.

    Raises:
        OSError: if it is there, or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        try:
            stream.write(data)
            stream.flush()
        except OSError:
            # Half a file would be in the way of the next try.
            path.unlink()
            raise


def _template(kind: str, name: str) -> str:
    text = (_HERE / "templates" / f"{kind}.yaml").read_text(encoding="utf-8")
    return text.replace(_ID_LINE, f"id: {name}", 1)


def _copy(workspace: Workspace, kind: str, source: str, name: str) -> str:
    path = path_under(workspace.root, "personas", _FOLDERS[kind], f"{check_id(source)}.yaml")
    if not path.is_file():
        raise UnknownName(
            f"{kind}: got {source!r} to copy; wanted one that is there as "
            f"personas/{_FOLDERS[kind]}/NAME.yaml. Check the name."
        )
    text = path.read_text(encoding="utf-8")
    return text.replace(f"\nid: {source}\n", f"\nid: {name}\n", 1)


def _starter_root() -> Path:
    # In a source tree the files are edited in place; a wheel carries a copy beside this module.
    for root in (_HERE.parents[2], _HERE / "starter"):
        if (root / "personas" / "studies").is_dir() and (root / "notebooks").is_dir():
            return root
    raise SetupError(
        "init: got an installation without its starter files; wanted the personas and notebooks "
        "that ship with Parallax. Install it again."
    )
