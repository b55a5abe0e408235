"""CSV for spreadsheets: nothing in it may become a formula."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from toolkit.record.export.atomic_file import whole_file

Cell = str | int | float | bool | None
FORMULA_STARTS = "=+-@\t\r\n|%＝＋－＠"
"""What a spreadsheet may take for the beginning of a formula or a command."""


def write_csv(path: str | Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table that appears whole or not at all, readable by its owner only.

    UTF-8 with the mark that spreadsheets look for. Texts are quoted, and one that a spreadsheet
    could take for a formula begins with an apostrophe; numbers are written in full and unquoted;
    what is missing is an empty cell.

    Args:
        path: where to; replaced if it exists.
        columns: the names of all columns there are to be; nothing else is written.
        rows: as many cells each as there are columns.

    Returns:
        How many rows were written.

    Raises:
        ValueError: if a row has more cells, or fewer.
        RecordUnwritable: if the file cannot be written.
        RecordFull: if there is no room for it.
    """
    count = 0
    with whole_file(path, encoding="utf-8-sig", errors="backslashreplace") as file:
        table = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        table.writerow([_cell(name) for name in columns])
        for count, row in enumerate(rows, start=1):  # noqa: B007
            table.writerow([_cell(one) for _, one in zip(columns, row, strict=True)])
    return count


def _cell(value: Cell) -> Cell:
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return f"'{text}" if text.lstrip(" \u00a0")[:1] in tuple(FORMULA_STARTS) else text
