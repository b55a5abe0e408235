"""Line wrapping: text brought into lines of a given width."""

import textwrap

from toolkit.rendering.hidden_characters import visible


def shortened(text: str, width: int) -> str:
    """Put text on one line of at most ``width`` characters, with an ellipsis where it was cut.

    Args:
        text: anything; its hidden characters are shown.
        width: in characters.
    """
    line = visible(" ".join(text.split()), keep="")
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def wrapped(text: str, width: int, indent: str) -> list[str]:
    """Break text into lines of at most ``width`` characters behind ``indent``.

    Its own line breaks stay, an empty line stays empty, and a longer word is broken.

    Args:
        text: what to break.
        width: in characters, the indent included.
        indent: begins each line.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        broken = textwrap.wrap(line, width - len(indent), replace_whitespace=False)
        lines += [f"{indent}{part}" for part in broken] if broken else [""]
    return lines
