"""A workspace to spoil, a disk to fill, and what a person at the terminal sees of it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from lab import ROOT, parallax
from small_world import make_workspace

from toolkit.cli import main
from toolkit.design import write_schemas

SESSION = "notebooks/20_session.ipynb"


class Told(NamedTuple):
    """What a command left at the terminal: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Told]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The small workspace, with schemas and the session notebook."""
    return furnish(tmp_path / "workspace")


def furnish(root: Path) -> Path:
    make_workspace(root)
    write_schemas(root / "personas" / "schema")
    (root / "notebooks").mkdir()
    (root / SESSION).write_bytes((ROOT / SESSION).read_bytes())
    return root


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in this process: what it writes is what a terminal would show."""
    monkeypatch.setattr("toolkit.cli.lab.lab_command.stop_like_interrupt", lambda: None)
    # Commands tell the processes they start who answers; what they set must not outlive the test.
    monkeypatch.setenv("PARALLAX_BIND", "")

    def go(*words: object) -> Told:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return Told(code, *capfd.readouterr())

    return go


@pytest.fixture
def run_apart() -> Run:
    """Run the command as a terminal does: in a process of its own."""

    def go(*words: object, **environ: str) -> Told:
        done = parallax(*(str(word) for word in words), **environ)
        return Told(done.returncode, done.stdout, done.stderr)

    return go


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here; the tests with a size limit cover the rest")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
