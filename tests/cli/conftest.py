"""A workspace to run commands in."""

import os
from pathlib import Path

import pytest
from lab import ROOT
from small_world import make_workspace

from toolkit.design import write_schemas
from toolkit.endpoints import model_path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The small workspace, with schemas and the session notebook."""
    root = make_workspace(tmp_path / "workspace")
    write_schemas(root / "personas" / "schema")
    (root / "notebooks").mkdir()
    notebook = "notebooks/20_session.ipynb"
    (root / notebook).write_bytes((ROOT / notebook).read_bytes())
    return root


@pytest.fixture
def embedded_model() -> None:
    """Skip without the model's file, unless ``REQUIRE_MODEL=1``: then it is fetched."""
    if not model_path().is_file() and os.environ.get("REQUIRE_MODEL") != "1":
        pytest.skip("no model file; `parallax lab` fetches it, REQUIRE_MODEL=1 insists on it")
