"""The single door for showing what an endpoint wrote: as text, never as markup.

Two halves work together.

*Here*, ``displayable`` makes a text fit for the way to the browser: lone surrogates, which UTF-8
cannot carry, become U+FFFD. Nothing else is touched and no character is added or dropped, so
offsets in code points hold on both sides.

*In the browser*, ``static/text.js`` and ``static/markdown.js`` turn the text into text nodes inside
a dozen kinds of element without attributes of the answer's choosing. There is no link, no picture
and no HTML: an address is shown as words, a tag as the characters it is made of. Controls,
bidirectional marks, zero-width and other invisible characters appear as ``⟦U+202E⟧``, except
joiners where spelling needs them (Persian, Hindi, an emoji of a family). Each text node knows where
it begins in the raw answer, so selected words lead back to the raw text. Code points are counted in
Python and in the record, UTF-16 units in the browser; ``toPoints`` and ``toUnits`` in
``static/text.js`` are the only place where one becomes the other.

Answers above 20,000 characters are folded, above 100,000 shown as plain text, and long stretches
are laid out only when they come into view, so a line of a megabyte freezes nothing.

A house test refuses every other way of putting markup on a page or into a notebook.
"""

import re

_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")


def displayable(text: str) -> str:
    """Make ``text`` fit to be sent to a browser; its length in code points does not change."""
    return _LONE_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
