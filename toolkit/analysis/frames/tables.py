"""Entries of the record as plain tables: every row there is, nothing judged yet."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from toolkit.analysis.frames.confirm_tables import CONFIRM_TABLES, ConfirmTables
from toolkit.analysis.frames.row_table import ASKED, NOT_ASKED, RowTable, asked_cells
from toolkit.record import (
    Consent,
    Entry,
    Flag,
    Participant,
    Rating,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)


class Tables(NamedTuple):
    """What the record holds of people and conversations, one table a kind of row."""

    participants: pd.DataFrame
    sessions: pd.DataFrame
    turns: pd.DataFrame
    ratings: pd.DataFrame
    flags: pd.DataFrame
    ends: pd.DataFrame
    consents: pd.DataFrame
    withdrawals: pd.DataFrame


def _titles(row: Session) -> tuple[str, str]:
    return (
        str(row.persona_shown.get("name", row.persona_id)),
        str(row.scenario_shown.get("title", row.scenario_id)),
    )


def _turn(row: Turn) -> tuple[Any, ...]:
    return asked_cells(row.exchange) if row.exchange else NOT_ASKED


_TABLES: Mapping[str, RowTable] = MappingProxyType(
    {
        "participants": RowTable(Participant, renamed={"at": "enrolled_at"}),
        "sessions": RowTable(
            Session, ("persona", "scenario"), _titles, renamed={"at": "started_at"}
        ),
        "turns": RowTable(Turn, ASKED, _turn),
        "ratings": RowTable(Rating),
        "flags": RowTable(Flag),
        "ends": RowTable(SessionEnd, renamed={"at": "ended_at"}),
        "consents": RowTable(Consent),
        "withdrawals": RowTable(Withdrawal),
        **CONFIRM_TABLES,
    }
)
_NAMES = {table.kind.KIND: name for name, table in _TABLES.items()}
KINDS = tuple(_NAMES)
"""Kinds of row that are read."""


def read_tables(entries: Iterable[Entry]) -> tuple[Tables, ConfirmTables]:
    """Sort entries into tables; within a conversation their order is kept."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TABLES}
    for entry in entries:
        row = entry.row()
        name = _NAMES.get(row.KIND, "")
        # A rating of a blind item and one in a conversation are the same kind of row.
        if isinstance(row, Rating) and row.item_id is None:
            name = "ratings"
        if name:
            table = _TABLES[name]
            rows[name].append((*table.cells(row), *table.work_out(row), entry.at, entry.number))
    made = {name: table.frame(rows[name]) for name, table in _TABLES.items()}
    return (
        Tables(**{name: made[name].drop(columns="order") for name in Tables._fields}),
        ConfirmTables(**{name: made[name] for name in ConfirmTables._fields}),
    )
