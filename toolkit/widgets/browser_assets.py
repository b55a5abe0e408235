"""Browser assets of the panels: plain files, joined when first asked for.

A widget takes one module and one style sheet as text. The parts share one scope and are joined in
the order given here; nothing is built, and nothing is fetched from elsewhere.
"""

from functools import cache
from importlib.resources import files

_COMMON = ("dom", "text", "markdown", "outbox", "link", "entry", "frame")
SESSION = (*_COMMON, "flagging", "answer", "composer", "live", "chat", "cards", "screens", "main")
"""Parts of the session panel's module."""
_RATING = ("parts", "single", "pair", "guess", "screens", "main")
RATING = (*_COMMON, *(f"rating_{name}" for name in _RATING))
"""Parts of the rating panel's module."""


@cache
def module_of(parts: tuple[str, ...]) -> str:
    """One ECMAScript module made of its parts."""
    return "\n".join(_read(f"{name}.js") for name in parts)


@cache
def panel_styles() -> str:
    """The style sheet of every panel."""
    return _read("panel.css")


def _read(name: str) -> str:
    return (files("toolkit.widgets") / "static" / name).read_text(encoding="utf-8")
