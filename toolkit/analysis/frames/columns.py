"""The columns of every frame, declared once: name, type, meaning, unit.

A frame has exactly these columns in this order, whether it holds a million rows or none.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from toolkit.analysis.frames.column import (
    OUTCOMES,
    RATED,
    SIMULATED,
    STAGE,
    STATES,
    Column,
    FrameName,
)
from toolkit.analysis.frames.confirm_columns import CONFIRM_COLUMNS

_SESSION = Column("session_id", "str", "the conversation")
_PARTICIPANT = Column("participant_id", "category", "pseudonym of who took part")
_SCENARIO = (
    Column("scenario_id", "category", "the situation, as its file names it"),
    Column("scenario", "category", "title of the situation as it was shown"),
)
_MARKS = (_SESSION, STAGE, SIMULATED, _PARTICIPANT, *_SCENARIO)


def _counts(names: Sequence[str], meaning: str, unit: str) -> tuple[Column, ...]:
    return tuple(
        Column(name.replace(" ", "_"), "Int64", meaning.replace("NAME", name), unit)
        for name in names
    )


COLUMNS: Mapping[FrameName, tuple[Column, ...]] = MappingProxyType(
    {
        "participants": (
            Column("participant_id", "category", "pseudonym of who took part"),
            SIMULATED,
            Column("seat", "Int64", "order of enrolment, from 0"),
            Column("enrolled_by", "category", "how the person came in"),
            Column("enrolled_at", "datetime64[us, UTC]", "when"),
            Column("consented", "bool", "agreed to a consent text"),
            Column("rates", "bool", "holds, or held, a rater's seat"),
            Column("assigned", "Int64", "missing until the first begins", "conversations"),
            *_counts(STATES, "conversations whose state is: NAME", "conversations"),
            Column("not_begun", "Int64", "assigned and not begun", "conversations"),
        ),
        "sessions": (
            *_MARKS,
            Column("study_id", "category", "the study"),
            Column("study_hash", "category", "the frozen study"),
            Column("unfrozen", "bool", "another endpoint than the frozen one answered"),
            Column("position", "Int64", "which of the participant's conversations, from 0"),
            Column("persona_id", "category", "who was played, as the file names them"),
            Column("persona", "category", "name of who was played, as it was shown"),
            Column("endpoint_alias", "category", "the endpoint as the study calls it"),
            Column("endpoint", "category", "who answered"),
            Column("toolkit_version", "category", "the toolkit that kept it"),
            Column("state", "category", "how far the conversation is", categories=STATES),
            Column("started_at", "datetime64[us, UTC]", "when it began"),
            Column("ended_at", "datetime64[us, UTC]", "when it ended; missing while it goes on"),
            Column("minutes", "float64", "from beginning to end, pauses included", "min"),
            Column("messages", "Int64", "what the tester said", "turns"),
            *_counts(OUTCOMES, "answers that stand and whose outcome is: NAME", "turns"),
            Column("replaced", "Int64", "answers that a retry replaced", "turns"),
            Column("answers_rated", "Int64", "answers with a rating of 1 to 5", "turns"),
            Column("questions_rated", "Int64", "form questions with a rating of 1 to 5", "ratings"),
            Column("flags", "Int64", "flags that stand", "flags"),
        ),
        "turns": (
            Column("turn_id", "str", "one thing said"),
            *_MARKS,
            Column("number", "Int64", "order in the conversation, from 0, retries included"),
            Column("speaker", "category", "who said it", categories=("tester", "assistant")),
            Column("at", "datetime64[us, UTC]", "when it was kept"),
            Column("text", "str", "raw and complete, or what had arrived"),
            Column("characters", "Int64", "length of the text", "code points"),
            Column("outcome", "category", "how the exchange ended", categories=OUTCOMES),
            Column("replaced", "bool", "a retry took its place in the conversation"),
            Column("answers", "str", "the tester's turn it answers"),
            Column("model_reported", "category", "the model the server says it used"),
            Column("finish_reason", "category", "as the server said it"),
            Column("seconds", "float64", "from the first attempt to the last token", "s"),
            Column("first_token_seconds", "float64", "to the first token", "s"),
            Column("prompt_tokens", "Int64", "as the server counted", "tokens"),
            Column("completion_tokens", "Int64", "as the server counted", "tokens"),
            Column("attempts", "Int64", "requests made for it", "requests"),
            Column("error", "str", "why there is no usable answer; empty when there is"),
            Column("rating_state", "category", "of an answer: was it rated", categories=RATED),
            Column("rating", "Int64", "quick rating of the answer", "1 to 5"),
            Column("flags", "Int64", "flags that stand on it", "flags"),
        ),
        "ratings": (
            Column("rating_id", "str", "one answer to one question"),
            *_MARKS,
            Column("turn_id", "str", "the answer rated; missing for the form"),
            Column("about", "category", "what was rated", categories=("answer", "conversation")),
            Column("question", "category", "id of the question, or quick"),
            Column("dimension", "category", "trust dimension the question asks about"),
            Column("state", "category", "declined: chose not to say", categories=RATED[:2]),
            Column("value", "Int64", "missing when declined", "1 to 5"),
            Column("comment", "str", "in the tester's words"),
            Column("at", "datetime64[us, UTC]", "when it was kept"),
        ),
        "flags": (
            Column("flag_id", "str", "words that felt wrong"),
            *_MARKS,
            Column("turn_id", "str", "the answer they stand in"),
            Column("start", "Int64", "first character", "code points"),
            Column("end", "Int64", "one past the last", "code points"),
            Column("quote", "str", "the words"),
            Column("harm_type", "category", "type of harm, or unsure"),
            Column("harm", "category", "key of the harm, or unsure"),
            Column("severity", "Int64", "1 barely, 5 severe", "1 to 5"),
            Column("comment", "str", "in the tester's words"),
            Column("at", "datetime64[us, UTC]", "when it was kept"),
        ),
        "dropped": (
            Column("frame", "str", "the frame the rows would be in"),
            Column("in_record", "Int64", "all rows the record holds", "rows"),
            Column("kept", "Int64", "rows in the frame", "rows"),
            Column("orphan", "Int64", "names a parent the record does not hold", "rows"),
            Column("withdrawn", "Int64", "the participant left the study", "rows"),
            Column("simulated", "Int64", "simulated, and people were asked for", "rows"),
            Column("not_simulated", "Int64", "of people, and simulated were asked for", "rows"),
            Column("other_stage", "Int64", "of the stage not asked for", "rows"),
            Column("superseded", "Int64", "a later row corrects it", "rows"),
            Column("retracted", "Int64", "a flag its tester took back", "rows"),
            Column("retraction", "Int64", "the row that took a flag back", "rows"),
        ),
        **CONFIRM_COLUMNS,
    }
)
"""Frame to its columns, in order."""

REASONS = tuple(column.name for column in COLUMNS["dropped"][3:])
"""Why a row of the record can be missing from a frame."""


def columns(frame: FrameName) -> pd.DataFrame:
    """Describe a frame: one row a column, with ``name dtype meaning unit``."""
    return pd.DataFrame(
        [(one.name, one.dtype, one.meaning, one.unit) for one in COLUMNS[frame]],
        columns=["name", "dtype", "meaning", "unit"],
    )


def conform(frame: FrameName, raw: pd.DataFrame) -> pd.DataFrame:
    """Give ``raw`` the declared columns of ``frame``, in order and in type.

    Args:
        frame: which; its columns are in ``COLUMNS``.
        raw: has at least these columns, times in ISO 8601; others and its index are left out.
    """
    return pd.DataFrame(
        {one.name: _typed(raw[one.name], one) for one in COLUMNS[frame]}
    ).reset_index(drop=True)


def _typed(values: "pd.Series[Any]", column: Column) -> "pd.Series[Any]":
    if column.dtype == "category":
        open_list = sorted(values.dropna().unique())
        kind = pd.CategoricalDtype(list(column.categories) or pd.Index(open_list, dtype="str"))
        return values.astype(kind)
    if column.dtype.startswith("datetime64"):
        return pd.to_datetime(values, utc=True, format="ISO8601").astype(column.dtype)
    return values.astype(column.dtype)
