"""Run the first-look notebook; as a script, renew the outputs that are committed.

``python tests/analysis/first_look.py`` runs it on the committed sample and writes it back; names
of other notebooks after it renew those instead. No widget state, no clock and no version of
anybody's Python is kept.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "50_first_look.ipynb"
KEPT = {"kernelspec", "language_info"}


def run(environ: Mapping[str, str], path: Path = NOTEBOOK) -> NotebookNode:
    """Run every cell in the notebook's own folder, with ``environ`` added to the environment."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with mock.patch.dict(os.environ, environ):
        client.execute()
    return cleaned(notebook)


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """Keep only what does not depend on the machine."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def text_of(notebook: NotebookNode) -> str:
    """All text a reader sees in the outputs."""
    parts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            parts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)


if __name__ == "__main__":
    for name in sys.argv[1:] or [NOTEBOOK.name]:
        place = NOTEBOOK.with_name(name)
        made = run({"PARALLAX_RECORD": "sample"}, place)
        nbformat.validate(made)
        place.write_text(nbformat.writes(made) + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}: {len(made.cells)} cells\n")
