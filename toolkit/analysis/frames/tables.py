"""Entries of the record as plain tables: every row there is, nothing judged yet."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from toolkit.analysis.frames.confirm_tables import KINDS as CONFIRM_KINDS
from toolkit.analysis.frames.confirm_tables import ConfirmSorter, ConfirmTables
from toolkit.record import (
    Consent,
    Entry,
    Flag,
    Participant,
    Rating,
    Row,
    Session,
    SessionEnd,
    Turn,
    Withdrawal,
)

_FIELDS = {
    "participants": ("participant_id", "seat", "simulated", "enrolled_by", "enrolled_at"),
    "sessions": (
        *("session_id", "study_id", "study_hash", "unfrozen", "stage", "participant_id"),
        *("simulated", "position", "of", "persona_id", "persona", "scenario_id", "scenario"),
        *("endpoint_alias", "endpoint", "toolkit_version", "started_at"),
    ),
    "turns": (
        *("turn_id", "session_id", "number", "speaker", "text", "supersedes", "at", "outcome"),
        *("answers", "model_reported", "finish_reason", "seconds", "first_token_seconds"),
        *("prompt_tokens", "completion_tokens", "attempts", "error"),
    ),
    "ratings": (
        *("rating_id", "session_id", "turn_id", "question", "dimension", "value", "comment"),
        *("supersedes", "at"),
    ),
    "flags": (
        *("flag_id", "session_id", "turn_id", "start", "end", "quote", "harm", "severity"),
        *("comment", "supersedes", "retracted", "at"),
    ),
    "ends": ("session_id", "reason", "ended_at"),
    "consents": ("participant_id",),
    "withdrawals": ("participant_id",),
}
_NO_EXCHANGE = (*(None,) * 9, "")
"""The exchange of a tester's turn: there is none, and no error either."""
KINDS = (
    *(
        kind.KIND
        for kind in (Participant, Consent, Withdrawal, Session, Turn, Rating, Flag, SessionEnd)
    ),
    *CONFIRM_KINDS,
)
"""Kinds of row that are read."""


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


def read_tables(entries: Iterable[Entry]) -> tuple[Tables, ConfirmTables]:
    """Sort entries into tables; within a conversation their order is kept."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    confirm = ConfirmSorter()
    for entry in entries:
        row = entry.row()
        # A rating of a blind item and one in a conversation are the same kind of row.
        if isinstance(row, Rating) and row.item_id is None:
            rows["ratings"].append((*_values(row, "ratings", 8), entry.at))
        else:
            _sort_in(rows, row, entry.at)
            confirm.take(row, entry)
    tables = Tables(
        *(
            pd.DataFrame.from_records(rows[name], columns=list(_FIELDS[name]))
            for name in Tables._fields
        )
    )
    return tables, confirm.tables()


def _sort_in(rows: dict[str, list[tuple[Any, ...]]], row: Row, at: str) -> None:
    match row:
        case Turn():
            rows["turns"].append(_turn(row, at))
        case Flag():
            rows["flags"].append((*_values(row, "flags", 11), at))
        case Session():
            rows["sessions"].append(_session(row, at))
        case SessionEnd():
            rows["ends"].append((row.session_id, row.reason, at))
        case Participant():
            rows["participants"].append((*_values(row, "participants", 4), at))
        case Consent():
            rows["consents"].append((row.participant_id,))
        case Withdrawal():
            rows["withdrawals"].append((row.participant_id,))


def _values(row: object, table: str, count: int) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _FIELDS[table][:count])


def _session(row: Session, at: str) -> tuple[Any, ...]:
    return (
        *(row.session_id, row.study_id, row.study_hash, row.unfrozen, row.stage),
        *(row.participant_id, row.simulated, row.position, row.of),
        *(row.persona_id, str(row.persona_shown.get("name", row.persona_id))),
        *(row.scenario_id, str(row.scenario_shown.get("title", row.scenario_id))),
        *(row.endpoint_alias, row.endpoint, row.toolkit_version, at),
    )


def _turn(row: Turn, at: str) -> tuple[Any, ...]:
    said = (row.turn_id, row.session_id, row.number, row.speaker, row.text, row.supersedes, at)
    asked = row.exchange
    if asked is None:
        return (*said, *_NO_EXCHANGE)
    usage = asked.usage
    return (
        *said,
        *(asked.outcome, asked.answers, asked.model_reported, asked.finish_reason),
        *(asked.seconds, asked.first_token_seconds),
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        len(asked.attempts),
        asked.error,
    )
