"""Fixtures of the endpoint tests."""

import os
from pathlib import Path

import pytest

from toolkit.endpoints import model_path

VARIABLES = (
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "PARALLAX_KEY_FILE"),
    *("PARALLAX_EMBEDDED_URL", "PARALLAX_EMBEDDED_KEY"),
)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def gguf() -> Path:
    path = model_path()
    if not path.is_file() and os.environ.get("REQUIRE_MODEL") != "1":
        pytest.skip("no model file; `parallax lab` fetches it, REQUIRE_MODEL=1 insists on it")
    return path
