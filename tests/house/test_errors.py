"""Every exception of ours explains itself, also in a notebook."""

import inspect
import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from IPython.core.interactiveshell import InteractiveShell

from toolkit import errors

OURS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.ParallaxError)
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_each_is_in_the_drawn_tree_and_has_a_docstring(kind: type[Exception]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
    assert (kind.__doc__ or "").strip().endswith((".", ")"))


def test_a_notebook_shows_the_message_and_no_traceback() -> None:
    shell = InteractiveShell.instance()
    shown = io.StringIO()
    with redirect_stdout(shown), redirect_stderr(shown):
        shell.run_cell(
            "from toolkit.errors import UnknownName\n"
            "raise UnknownName('study: got spirng; wanted spring.\\nRename it.')"
        )
    InteractiveShell.clear_instance()
    assert shown.getvalue() == "study: got spirng; wanted spring.\nRename it.\n"
