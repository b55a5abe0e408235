"""Runs notebooks and writes what they show into them: ``make outputs ARGS=52_disparity``.

Each runs in a copy of the tree, as the tests run it, so that nothing of this machine is kept.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from lab import ROOT, WITHOUT_OUTPUTS, clean_environment, copy_workspace
from nbclient import NotebookClient

NOTEBOOKS = ROOT / "notebooks"


def main() -> int:
    names = sorted({path.stem for path in NOTEBOOKS.glob("*.ipynb")} - WITHOUT_OUTPUTS)
    made = argparse.ArgumentParser(prog="renew", description=__doc__)
    made.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    asked = made.parse_args().names or names
    if unknown := sorted(set(asked) - set(names)):
        made.error(f"got {', '.join(unknown)}; wanted some of {', '.join(names)}")
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_workspace(Path(folder) / "workspace")
        os.environ.clear()
        os.environ.update(clean_environment(PARALLAX_RECORD="sample", IPYTHONDIR=folder))
        os.chdir(workspace)
        for name in asked:
            renew(NOTEBOOKS / f"{name}.ipynb", workspace)
    return 0


def renew(path: Path, workspace: Path) -> None:
    """Execute one notebook and write it as Jupyter would, without times and identities.

    Args:
        path: of the notebook, which is rewritten.
        workspace: whose files it reads; its code runs in the folder of notebooks there.
    """
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    machine = dict(notebook.metadata.language_info)
    place = {"metadata": {"path": str(workspace / "notebooks")}}
    NotebookClient(
        notebook, record_timing=False, coalesce_streams=True, resources=place, timeout=300
    ).execute()
    notebook.metadata.language_info = machine
    nbformat.write(notebook, path, version=nbformat.NO_CONVERT)


if __name__ == "__main__":
    sys.exit(main())
