"""Text that others wrote, made safe to read: one visible sign for every hidden character."""

import re
import textwrap
import unicodedata
from math import inf

import pandas as pd

_LINK = re.compile(r"(?i)\b(https?|ftp|file|mailto)(:)|\b(www)(\.)")
_HIDDEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def visible(text: str, *, keep: str = "\n", also: str = "") -> str:
    """Show control, bidi, zero-width and unassigned characters as ``<U+202E>``.

    Args:
        text: anything.
        keep: hidden characters that stay as they are.
        also: further characters to show that way.
    """
    return "".join(
        f"<U+{ord(sign):04X}>"
        if (unicodedata.category(sign) in _HIDDEN and sign not in keep) or sign in also
        else sign
        for sign in text
    )


def unlinked(text: str) -> str:
    """Write addresses as ``http[:]//…`` and ``www[.]…``: JupyterLab makes links of plain output."""
    return _LINK.sub(lambda found: f"{found[1] or found[3]}[{found[2] or found[4]}]", text)


def shortened(text: str, width: int) -> str:
    """Put text on one line of at most ``width`` characters, with an ellipsis where it was cut."""
    line = visible(" ".join(text.split()), keep="")
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def wrapped(text: str, width: int, indent: str) -> list[str]:
    """Break text into lines of at most ``width`` characters behind ``indent``.

    Its own line breaks stay, an empty line stays empty, and a longer word is broken.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        broken = textwrap.wrap(line, width - len(indent), replace_whitespace=False)
        lines += [f"{indent}{part}" for part in broken] if broken else [""]
    return lines


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Show what is missing as a dash, and what has no bound in words.

    Args:
        table: any; its own numbers stay as they are.

    Returns:
        The same to look at and not to compute with: every column holds objects.
    """
    shown = table.astype("object")
    return shown.where(table.notna(), "–").replace({inf: "no bound", -inf: "no bound"})
