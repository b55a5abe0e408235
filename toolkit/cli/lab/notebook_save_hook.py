"""Save hook: what the launcher lets JupyterLab write into a notebook.

A session notebook shows what testers say and what they are told, so it is saved exactly as it was
written: no output, no widget state, no matter who presses Save. Every other notebook keeps its
outputs and loses only the widget state, which would be a second copy of the record.
"""

import json
import os
from pathlib import Path
from typing import Any

NOTEBOOKS_VARIABLE = "PARALLAX_NOTEBOOKS"
"""Notebooks that run by themselves and are never changed: paths below the workspace, ``:`` apart.

The paths are written with ``/`` on every system, as Jupyter does.
"""


def keep_as_written(
    *, model: dict[str, Any], path: str, contents_manager: Any, **_: object
) -> None:
    """Change what is about to be saved, in place; Jupyter calls it before every save.

    Args:
        model: Jupyter's contents model, its ``content`` the notebook as the page has it.
        path: below the server's root, with ``/``.
        contents_manager: whoever saves; its ``root_dir`` is the workspace.
    """
    if model["type"] != "notebook":
        return
    on_disk = Path(contents_manager.root_dir, *path.strip("/").split("/"))
    if path.strip("/") in os.environ.get(NOTEBOOKS_VARIABLE, "").split(":") and on_disk.is_file():
        model["content"] = json.loads(on_disk.read_text(encoding="utf-8"))
    else:
        model["content"]["metadata"].pop("widgets", None)
