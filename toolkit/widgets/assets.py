"""The browser's half of the panels: plain files, joined when first asked for.

A widget takes one module and one style sheet as text. The parts share one scope and are joined in
the order given here; nothing is built, and nothing is fetched from elsewhere.
"""

from functools import cache
from importlib.resources import files

_COMMON = ("dom", "text", "markdown", "outbox", "link", "entry", "frame")
_SESSION = ("flagging", "answer", "composer", "live", "chat", "cards", "screens", "main")
_RATING = ("parts", "single", "pair", "guess", "screens", "main")


@cache
def session_module() -> str:
    """The ECMAScript module of the session panel."""
    return "\n".join(_read(f"{name}.js") for name in (*_COMMON, *_SESSION))


@cache
def rating_module() -> str:
    """The ECMAScript module of the rating panel."""
    rating = (f"rating_{name}" for name in _RATING)
    return "\n".join(_read(f"{name}.js") for name in (*_COMMON, *rating))


@cache
def panel_styles() -> str:
    """The style sheet of every panel."""
    return _read("panel.css")


def _read(name: str) -> str:
    return (files("toolkit.widgets") / "static" / name).read_text(encoding="utf-8")
