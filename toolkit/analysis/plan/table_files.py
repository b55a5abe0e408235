"""Tables as files: Parquet, formula-safe CSV, and a dictionary of their columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.analysis.findings import FINDING_COLUMNS
from toolkit.analysis.frames import COLUMNS, OBSERVATION_COLUMNS, Column, text_of
from toolkit.errors import AnalysisError
from toolkit.record import Cell, write_csv, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

DECLARED: Mapping[str, tuple[Column, ...]] = {
    **{str(name): columns for name, columns in COLUMNS.items()},
    "observations": OBSERVATION_COLUMNS,
    "findings": FINDING_COLUMNS,
}
"""Name of a table to the columns it may have."""
DICTIONARY = "dictionary"
_DICTIONARY = (
    Column("table", "str", "name of the table, and of its two files"),
    Column("column", "str", "name of the column"),
    Column("dtype", "str", "as pandas names it"),
    Column("meaning", "str", "what it says"),
    Column("unit", "str", "what it is counted or measured in"),
    Column("values", "str", "the closed list of values, where there is one"),
)


def save_frames(
    frames: Mapping[str, pd.DataFrame],
    folder: str | Path,
    *,
    columns: Mapping[str, Sequence[Column]] | None = None,
) -> tuple[Path, ...]:
    """Write each table as ``NAME.parquet`` and ``NAME.csv``, and ``dictionary.csv`` beside them.

    Only declared columns are written. Parquet keeps types and texts as they are; in the CSV a text
    that a spreadsheet could take for a formula begins with an apostrophe.

    Args:
        frames: name to table; a name of ``DECLARED`` has its columns there.
        folder: made if it is not there; files of the same names are replaced.
        columns: name to columns, for tables that are not declared.

    Returns:
        Every file written.

    Raises:
        AnalysisError: if a table is not declared, or lacks a declared column.
        RecordUnwritable: if a file cannot be written.
        RecordFull: if there is no room.
    """
    place = Path(folder)
    known = {**DECLARED, **(columns or {})}
    tables = {name: (_allowed(name, frame, known), known[name]) for name, frame in frames.items()}
    written: list[Path] = []
    for name, (frame, declared) in tables.items():
        written.append(_csv(place / f"{name}.csv", frame))
        written.append(_parquet(place / f"{name}.parquet", frame, declared))
    about = dictionary({name: declared for name, (_, declared) in tables.items()})
    written.append(_csv(place / f"{DICTIONARY}.csv", about))
    return tuple(written)


def dictionary(tables: Mapping[str, Sequence[Column]]) -> pd.DataFrame:
    """Describe every column of every table: ``table column dtype meaning unit values``."""
    described = [
        (name, one.name, one.dtype, one.meaning, one.unit, " | ".join(one.categories))
        for name, columns in tables.items()
        for one in columns
    ]
    return pd.DataFrame(described, columns=[one.name for one in _DICTIONARY], dtype="str")


def _allowed(name: str, frame: pd.DataFrame, known: Mapping[str, Sequence[Column]]) -> pd.DataFrame:
    if name not in known:
        raise AnalysisError(
            f"save_frames: got a table {name!r} whose columns nobody declared; wanted one of "
            f"{', '.join(known)}. Say with columns= what its columns mean."
        )
    wanted = [one.name for one in known[name]]
    missing = [one for one in wanted if one not in frame]
    if missing:
        raise AnalysisError(
            f"save_frames: got a table {name!r} without {', '.join(missing)}; wanted every "
            "declared column. Pass the table as it was made."
        )
    return frame[wanted]


def _csv(path: Path, frame: pd.DataFrame) -> Path:
    write_csv(path, [str(name) for name in frame.columns], _rows(frame))
    return path


def _rows(frame: pd.DataFrame) -> Iterator[Sequence[Cell]]:
    return zip(*(_cells(frame.iloc[:, number]) for number in range(frame.shape[1])), strict=True)


def _cells(values: "pd.Series[Any]") -> Iterable[Cell]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    plain = values.astype("object")
    return plain.where(plain.notna(), None).tolist()


def _parquet(path: Path, frame: pd.DataFrame, columns: Sequence[Column]) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    buffer = pa.BufferOutputStream()
    parquet.write_table(_described(_arrow(frame), columns), buffer)
    write_whole(path, buffer.getvalue().to_pybytes())
    return path


def _arrow(frame: pd.DataFrame) -> "pa.Table":
    import pyarrow as pa

    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except UnicodeEncodeError:
        texts = frame.select_dtypes(include=["str"]).columns
        clean = {name: frame[name].map(text_of, na_action="ignore") for name in texts}
        return pa.Table.from_pandas(frame.assign(**clean), preserve_index=False)


def _described(table: "pa.Table", columns: Sequence[Column]) -> "pa.Table":
    import pyarrow as pa

    fields = [
        field.with_metadata({"meaning": one.meaning, "unit": one.unit})
        for field, one in zip(table.schema, columns, strict=True)
    ]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))
