"""Entries of the record as plain tables: every row there is, nothing judged yet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import pandas as pd

from toolkit.canon import canonical_json
from toolkit.record import (
    Choice,
    Consent,
    Entry,
    Exchange,
    Flag,
    Guess,
    Item,
    Participant,
    Passed,
    RaterSeat,
    Rating,
    Reply,
    Row,
    Session,
    SessionEnd,
    Sweep,
    Turn,
    Withdrawal,
    overruled,
)

Tables = dict[str, pd.DataFrame]
"""What the record holds, one table a kind of row, by name."""

_PLAIN = ("endpoint", "answers", "model_reported", "outcome", "finish_reason", "seed", "error")
_plain = attrgetter(*_PLAIN)
_ASKED = (
    *(*_PLAIN, "seconds", "first_token_seconds", "prompt_tokens", "completion_tokens"),
    "attempts",
)
_NOT_ASKED = (*(None,) * 6, "", *(None,) * 5)
"""The exchange of a tester's turn: there is none, and no error either."""


@dataclass(frozen=True)
class _RowTable:
    """What a table holds of each row of one kind."""

    kind: type[Row]
    columns: tuple[str, ...] = ()
    """Columns that are worked out, besides the cells that the kind declares."""
    work_out: Callable[[Any], tuple[Any, ...]] = lambda row: ()
    """From a row to the values of ``columns``."""
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def cells(self) -> Callable[[Any], tuple[Any, ...]]:
        """From a row to the values of the cells its kind declares."""
        return attrgetter(*self.kind.cells())

    def frame(self, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
        """Make the table: of each row its cells, what was worked out, when and in which order."""
        names = (*self.kind.cells(), *self.columns, "at", "order")
        return pd.DataFrame.from_records(
            rows, columns=[self.renamed.get(one, one) for one in names]
        )


def _asked(asked: Exchange | None) -> tuple[Any, ...]:
    """Give the values of an exchange, in the order of ``_ASKED``."""
    if asked is None:
        return _NOT_ASKED
    usage = asked.usage
    return (
        *_plain(asked),
        # A batch file does not say how long one answer took.
        None if asked.parameters.get("batch") else asked.seconds,
        asked.first_token_seconds,
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        len(asked.attempts),
    )


def _titles(row: Session) -> tuple[str, str]:
    return (
        str(row.persona_shown.get("name", row.persona_id)),
        str(row.scenario_shown.get("title", row.scenario_id)),
    )


def _reply(row: Reply) -> tuple[Any, ...]:
    masses = row.decision
    decided = (None, None) if masses is None else (canonical_json(masses), sum(masses.values()))
    return (*_asked(row.exchange), *decided)


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


_TABLES: Mapping[str, _RowTable] = MappingProxyType(
    {
        "participants": _RowTable(Participant, renamed={"at": "enrolled_at"}),
        "sessions": _RowTable(
            Session, ("persona", "scenario"), _titles, renamed={"at": "started_at"}
        ),
        "turns": _RowTable(Turn, _ASKED, lambda row: _asked(row.exchange)),
        "ratings": _RowTable(Rating),
        "flags": _RowTable(Flag),
        "ends": _RowTable(SessionEnd, renamed={"at": "ended_at"}),
        "consents": _RowTable(Consent),
        "withdrawals": _RowTable(Withdrawal),
        "sweeps": _RowTable(Sweep, ("answers",), _answers),
        "replies": _RowTable(Reply, (*_ASKED, "decision", "decision_mass"), _reply),
        "raters": _RowTable(RaterSeat, renamed={"items": "planned", "at": "started_at"}),
        "items": _RowTable(Item, ("unit_id", "left_unit_id", "right_unit_id"), _sides),
        "item_ratings": _RowTable(Rating),
        "choices": _RowTable(Choice),
        "passed": _RowTable(Passed),
        "guesses": _RowTable(Guess, ("options",), lambda row: (len(row.options),)),
    }
)
_NAMES = {table.kind.KIND: name for name, table in _TABLES.items()}
_JUDGED = (Rating, Flag, Choice, Passed, Guess)
"""Kinds of row that a later one may take the place of."""
KINDS = tuple(_NAMES)
"""Kinds of row that are read."""


def read_tables(entries: Iterable[tuple[Entry, Row]]) -> Tables:
    """Sort entries into tables; within a conversation their order is kept."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TABLES}
    judged: list[Row] = []
    for entry, row in entries:
        if isinstance(row, _JUDGED):
            judged.append(row)
        name = _NAMES.get(row.KIND, "")
        # A rating of a blind item and one in a conversation are the same kind of row.
        if isinstance(row, Rating) and row.item_id is None:
            name = "ratings"
        if name:
            table = _TABLES[name]
            rows[name].append((*table.cells(row), *table.work_out(row), entry.at, entry.number))
    made = {name: table.frame(rows[name]) for name, table in _TABLES.items()}
    fates = overruled(judged)
    for name, table in _TABLES.items():
        if issubclass(table.kind, _JUDGED):
            why = [fates.get(one, "") for one in made[name][f"{table.kind.KIND}_id"]]
            made[name]["overruled"] = pd.Series(why, index=made[name].index, dtype="str")
    return made


def rated_or_declined(ratings: pd.DataFrame) -> "pd.Series[str]":
    """Say of each rating whether it has a value."""
    declined = pd.Series("declined", index=ratings.index, dtype="str")
    return declined.mask(ratings["value"].notna(), "rated")
