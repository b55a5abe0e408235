"""Readable tables, for people to look at."""

from math import inf

import pandas as pd

from toolkit.rendering import visible


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Show what is missing as a dash, what has no bound in words, and hidden characters.

    Args:
        table: any; its own numbers stay as they are.

    Returns:
        The same to look at and not to compute with: every column holds objects.
    """
    shown = table.astype("object")
    shown = shown.where(table.notna(), "–").replace({inf: "no bound", -inf: "no bound"})
    shown = shown.map(lambda cell: visible(cell) if isinstance(cell, str) else cell)
    # `map` and `replace` infer a type for each column again.
    return shown.astype("object")
