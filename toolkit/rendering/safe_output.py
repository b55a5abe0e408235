"""Output escaping for four outputs: an HTML page, a terminal, a notebook and the panel's browser.

In the first three, hidden characters are spelled out and nothing in the text is markup, an escape
sequence or a link. The panel gets the raw text, as offsets into it count code points; its
``widgets/static/text.js`` makes text nodes of it and shows hidden characters there.
"""

import html
import re

from toolkit.rendering.hidden_characters import visible

_LINK = re.compile(r"(?i)\b(https?|ftp|file|mailto)(:)|\b(www)(\.)")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


def for_terminal(text: str) -> str:
    """Spell out whatever a terminal would obey or swallow; line breaks and tabs stay."""
    return visible(text, keep="\n\t")


def for_notebook(text: str) -> str:
    """Write text for a cell's plain output, which JupyterLab would make links in.

    Addresses become ``http[:]//…`` and ``www[.]…``.
    """
    return _LINK.sub(
        lambda found: f"{found[1] or found[3]}[{found[2] or found[4]}]", visible(text, keep="\n\t")
    )


def for_browser(text: str) -> str:
    """Make text fit to be sent to the panel; its length in code points does not change.

    Lone surrogates, which UTF-8 cannot carry, become U+FFFD.
    """
    return _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def redirect_page(url: str) -> str:
    """Write an HTML page that leads to an address."""
    safe = html.escape(visible(url))
    return f'<meta charset="utf-8"><meta http-equiv="refresh" content="0; url={safe}">'
