"""``parallax init``: a new workspace."""

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path

from toolkit.cli.terminal import OK, make_parser, say
from toolkit.cli.workspace.starter_files import starter_files, write_new
from toolkit.errors import SetupError

_CONTENT = ("personas/people/", "personas/scenarios/", "personas/studies/")
_GITIGNORE = b"""\
# What testers said stays out of version control.
.cache/
.ipynb_checkpoints/
results/*
!results/README.md
!results/sample/
"""


def parser() -> argparse.ArgumentParser:
    """Options of ``parallax init``."""
    made = make_parser(
        "init",
        "Make a workspace: personas/, notebooks/ and results/, with the personas, scenarios and "
        "the pilot study that ship with Parallax.",
        examples=(
            ("parallax init trust-testing", "then: parallax lab --workspace trust-testing"),
            ("parallax init trust-testing --bare", "without the shipped personas and studies"),
        ),
    )
    made.add_argument("folder", metavar="DIR", help="a new or empty folder")
    made.add_argument(
        "--bare", action="store_true", help="leave out the shipped personas, scenarios and studies"
    )
    return made


def run(args: argparse.Namespace) -> int:
    """Make the workspace; an existing file is never replaced."""
    root = Path(args.folder)
    files = {".gitignore": _GITIGNORE, **starter_files()}
    if args.bare:
        files = {name: data for name, data in files.items() if not name.startswith(_CONTENT)}
    _require_empty(root)
    try:
        _fill(root, files)
    except OSError as problem:
        raise SetupError(
            f"init: {args.folder} cannot be written ({problem.strerror}); wanted to make a "
            "workspace there. Nothing was left behind. Choose another place, or mend this one."
        ) from problem
    say(f"{args.folder} is a workspace now: {len(files)} files.")
    say(f"Next: parallax lab --workspace {args.folder}")
    return OK


def _require_empty(root: Path) -> None:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise SetupError(
            f"init: got {str(root)!r}, where something is already; wanted a new or empty folder. "
            "Choose another name."
        )


def _fill(root: Path, files: Mapping[str, bytes]) -> None:
    """Write everything or nothing, since half a workspace would be in the way of the next try."""
    there = root.is_dir()
    try:
        for name in _CONTENT:
            (root / name).mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_new(root / name, data)
    except OSError:
        _empty(root)
        if not there and root.is_dir():
            root.rmdir()
        raise


def _empty(root: Path) -> None:
    """Take away what was begun in a folder that was empty or missing before."""
    for path in root.iterdir() if root.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
