"""The browser's half of the panel: plain files, joined when first asked for.

A widget takes one module and one style sheet as text. The parts share one scope and are joined in
the order of ``PARTS``; nothing is built, and nothing is fetched from elsewhere.
"""

from functools import cache
from importlib.resources import files

PARTS = (
    "dom.js",
    "text.js",
    "markdown.js",
    "outbox.js",
    "link.js",
    "flagging.js",
    "answer.js",
    "composer.js",
    "live.js",
    "chat.js",
    "cards.js",
    "entry.js",
    "screens.js",
    "frame.js",
    "main.js",
)


@cache
def panel_module() -> str:
    """The ECMAScript module of the session panel."""
    return "\n".join(_read(name) for name in PARTS)


@cache
def panel_styles() -> str:
    """The style sheet of the session panel."""
    return _read("panel.css")


def _read(name: str) -> str:
    return (files("toolkit.widgets") / "static" / name).read_text(encoding="utf-8")
