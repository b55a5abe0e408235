"""Foreign text made safe to show: what an endpoint, a tester or the author of a file wrote.

* **Hidden character**: a control, bidirectional, zero-width, unassigned or otherwise invisible
  character; ``visible`` shows it as ``<U+202E>``, except joiners where spelling needs them.
* **Look-alike**: a name that people cannot tell from another; ``plain_spelling`` makes spellings
  of one name the same, ``look_alike_keys`` finds the others, ``code_points`` tells them apart.
* **Output**: where the text goes. ``for_terminal``, ``for_notebook``, ``for_browser`` and
  ``redirect_page`` (HTML) are the only doors to each.
* **Readable**: a value that shows itself as safe plain text, printed or at the end of a cell.
"""

from toolkit.rendering.hidden_characters import visible
from toolkit.rendering.look_alikes import code_points, look_alike_keys, plain_spelling
from toolkit.rendering.plain_repr import Readable
from toolkit.rendering.safe_output import (
    for_browser,
    for_notebook,
    for_terminal,
    redirect_page,
)
from toolkit.rendering.wrapped_lines import shortened, wrapped

__all__ = [
    "Readable",
    "code_points",
    "for_browser",
    "for_notebook",
    "for_terminal",
    "look_alike_keys",
    "plain_spelling",
    "redirect_page",
    "shortened",
    "visible",
    "wrapped",
]
