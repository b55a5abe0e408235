"""Rows of the confirm stage as plain tables: every row there is, nothing judged yet."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from toolkit.canon import canonical_json
from toolkit.record import Choice, Entry, Guess, Item, Passed, RaterSeat, Rating, Reply, Row, Sweep

KINDS = tuple(kind.KIND for kind in (Sweep, Reply, RaterSeat, Item, Choice, Passed, Guess))
"""Kinds of row that are read, besides ratings."""

_ORDER = "order"
_REPLY = (
    *("unit_id", "attempt_of", "sweep_id", "confirm_hash", "contrast_id", "scenario_id"),
    *("origin", "cueing", "arm", "persona_id", "replicate", "endpoint_alias", "text"),
)
_EXCHANGE = ("endpoint", "model_reported", "outcome", "finish_reason", "seed", "error")
_SEAT = (
    *("session_id", "confirm_hash", "participant_id", "simulated", "seat", "holder"),
    *("form", "show_cue"),
)
_ITEM = (
    *("item_id", "session_id", "position", "purpose", "form", "overlap", "repeats", "expected"),
)
_RATING = (*("rating_id", "session_id", "item_id", "question", "dimension", "value", "comment"),)
_CHOICE = ("choice_id", "session_id", "item_id", "preferred", "why")
_PASSED = ("passed_id", "session_id", "item_id")
_GUESS = ("guess_id", "session_id", "item_id", "guessed")
_SIDES = ("unit_id", "left_unit_id", "right_unit_id")

_FIELDS: Mapping[str, Sequence[str]] = {
    "sweeps": ("sweep_id", "answers"),
    "replies": (
        *(
            *_REPLY,
            *_EXCHANGE,
            "seconds",
            "prompt_tokens",
            "completion_tokens",
            "attempts",
            "decision",
        ),
        *("decision_mass", "at", _ORDER),
    ),
    "raters": (*_SEAT, "planned", "started_at", _ORDER),
    "items": (*_ITEM, *_SIDES, "at", _ORDER),
    "item_ratings": (*_RATING, "at", _ORDER),
    "choices": (*_CHOICE, "at", _ORDER),
    "passed": (*_PASSED, "at", _ORDER),
    "guesses": (*_GUESS, "options", "at", _ORDER),
}


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


class ConfirmSorter:
    """Takes rows one by one, in the order they were kept, and sorts them into tables."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _FIELDS}

    def take(self, row: Row, entry: Entry) -> None:
        """Take one row; a kind that belongs to no table is left."""
        match row:
            case Reply():
                self._add("replies", _reply(row), entry)
            case Rating():
                self._add("item_ratings", _values(row, _RATING), entry)
            case Item():
                self._add("items", (*_values(row, _ITEM), *_sides(row.unit_ids)), entry)
            case Choice():
                self._add("choices", _values(row, _CHOICE), entry)
            case Passed():
                self._add("passed", _values(row, _PASSED), entry)
            case Guess():
                self._add("guesses", (*_values(row, _GUESS), len(row.options)), entry)
            case RaterSeat():
                self._add("raters", (*_values(row, _SEAT), row.items), entry)
            case Sweep():
                self._rows["sweeps"].append((row.sweep_id, _answers(row)))

    def tables(self) -> ConfirmTables:
        """Make the tables."""
        return ConfirmTables(
            *(
                pd.DataFrame.from_records(self._rows[name], columns=list(_FIELDS[name]))
                for name in ConfirmTables._fields
            )
        )

    def _add(self, table: str, values: tuple[Any, ...], entry: Entry) -> None:
        self._rows[table].append((*values, entry.at, entry.number))


def _values(row: object, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _reply(row: Reply) -> tuple[Any, ...]:
    asked, usage, masses = row.exchange, row.exchange.usage, row.decision
    return (
        *_values(row, _REPLY),
        *_values(asked, _EXCHANGE),
        # A batch file does not say how long one answer took.
        None if asked.parameters.get("batch") else asked.seconds,
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        len(asked.attempts),
        None if masses is None else canonical_json(masses),
        None if masses is None else sum(masses.values()),
    )


def _answers(row: Sweep) -> dict[str, list[str]]:
    """Contrast to the answers it asks to choose from, the best to get first."""
    contrasts = row.design.get("contrasts", {})
    return {name: one["decision"] for name, one in contrasts.items() if one.get("decision")}


def _sides(unit_ids: tuple[str, ...]) -> tuple[str | None, str | None, str | None]:
    """The reply of a single item, or those of a pair; none for an attention item."""
    match unit_ids:
        case (alone,):
            return alone, None, None
        case (left, right):
            return None, left, right
    return None, None, None
