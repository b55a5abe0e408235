"""The browser's half of the panels: plain files, joined when first asked for.

A widget takes one module and one style sheet as text. The parts share one scope and are joined in
the order given here; nothing is built, and nothing is fetched from elsewhere.
"""

from functools import cache
from importlib.resources import files

_COMMON = ("dom.js", "text.js", "markdown.js", "outbox.js", "link.js", "entry.js", "frame.js")
_SESSION = (
    "flagging.js",
    "answer.js",
    "composer.js",
    "live.js",
    "chat.js",
    "cards.js",
    "screens.js",
    "main.js",
)
_RATING = (
    "rating_parts.js",
    "rating_single.js",
    "rating_pair.js",
    "rating_guess.js",
    "rating_screens.js",
    "rating_main.js",
)


@cache
def session_module() -> str:
    """The ECMAScript module of the session panel."""
    return "\n".join(_read(name) for name in (*_COMMON, *_SESSION))


@cache
def rating_module() -> str:
    """The ECMAScript module of the rating panel."""
    return "\n".join(_read(name) for name in (*_COMMON, *_RATING))


@cache
def panel_styles() -> str:
    """The style sheet of every panel."""
    return _read("panel.css")


def _read(name: str) -> str:
    return (files("toolkit.widgets") / "static" / name).read_text(encoding="utf-8")
