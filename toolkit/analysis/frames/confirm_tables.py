"""Rows of the confirm stage as plain tables: every row there is, nothing judged yet."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from toolkit.analysis.frames.row_table import ASKED, RowTable, asked_cells
from toolkit.canon import canonical_json
from toolkit.record import Choice, Guess, Item, Passed, RaterSeat, Rating, Reply, Sweep

_SIDES = ("unit_id", "left_unit_id", "right_unit_id")


class ConfirmTables(NamedTuple):
    """What the record holds of the confirm stage, one table a kind of row."""

    sweeps: pd.DataFrame
    replies: pd.DataFrame
    raters: pd.DataFrame
    items: pd.DataFrame
    item_ratings: pd.DataFrame
    choices: pd.DataFrame
    passed: pd.DataFrame
    guesses: pd.DataFrame


def _reply(row: Reply) -> tuple[Any, ...]:
    masses = row.decision
    if masses is None:
        return (*asked_cells(row.exchange), None, None)
    return (*asked_cells(row.exchange), canonical_json(masses), sum(masses.values()))


def _answers(row: Sweep) -> tuple[dict[str, list[str]]]:
    """Contrast to the answers it asks to choose from, the best to get first."""
    contrasts = row.design.get("contrasts", {})
    return ({name: one["decision"] for name, one in contrasts.items() if one.get("decision")},)


def _sides(row: Item) -> tuple[str | None, str | None, str | None]:
    """The reply of a single item, or those of a pair; none for an attention item."""
    match row.unit_ids:
        case (alone,):
            return alone, None, None
        case (left, right):
            return None, left, right
    return None, None, None


def _options(row: Guess) -> tuple[int]:
    return (len(row.options),)


CONFIRM_TABLES: Mapping[str, RowTable] = MappingProxyType(
    {
        "sweeps": RowTable(Sweep, ("answers",), _answers),
        "replies": RowTable(Reply, (*ASKED, "decision", "decision_mass"), _reply),
        "raters": RowTable(RaterSeat, renamed={"items": "planned", "at": "started_at"}),
        "items": RowTable(Item, _SIDES, _sides),
        "item_ratings": RowTable(Rating),
        "choices": RowTable(Choice),
        "passed": RowTable(Passed),
        "guesses": RowTable(Guess, ("options",), _options),
    }
)
"""Table to the rows it is made of."""
