"""API key of an endpoint: from the environment, or from a file outside every workspace."""

import os
from pathlib import Path

from toolkit.errors import KeyRefused

_WORKSPACE_FOLDERS = ("personas", "results")


def key_from_environment() -> str | None:
    """Read ``OPENAI_API_KEY``, else the file that ``PARALLAX_KEY_FILE`` names; None without both.

    Raises:
        KeyRefused: if the file cannot be read, lies in a workspace, or holds no usable key.
    """
    if key := os.environ.get("OPENAI_API_KEY", "").strip():
        return _usable(key, "OPENAI_API_KEY")
    if named := os.environ.get("PARALLAX_KEY_FILE", "").strip():
        return _usable(_read(Path(named)), "PARALLAX_KEY_FILE")
    return None


def _read(path: Path) -> str:
    folders = path.resolve().parents
    if any(all((one / name).is_dir() for name in _WORKSPACE_FOLDERS) for one in folders):
        raise KeyRefused(
            "PARALLAX_KEY_FILE: got a file inside a workspace, which is shared and versioned; "
            "wanted one outside. Move it, for example to your home folder, and point there."
        )
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(
            f"PARALLAX_KEY_FILE: got a file that cannot be read ({type(error).__name__}); wanted "
            "a text file that holds the key. Check the path and who may read it."
        ) from None


def _usable(key: str, source: str) -> str:
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise KeyRefused(
        f"{source}: got something that cannot be a key; wanted one line of ASCII letters, digits "
        "and signs without spaces. Copy the key again."
    )
