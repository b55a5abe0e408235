"""Values that show themselves as plain text."""

from typing import Any

from toolkit.rendering.safe_output import for_notebook


class Readable:
    """Shows itself as safe plain text, printed or at the end of a notebook's cell."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Let no ``__repr__`` that a dataclass makes come before the text in a notebook."""
        cls._repr_pretty_ = Readable._repr_pretty_  # type: ignore[method-assign]

    def in_words(self) -> str:
        """The text, before it is made safe."""
        raise NotImplementedError

    def __str__(self) -> str:
        return for_notebook(self.in_words())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))
