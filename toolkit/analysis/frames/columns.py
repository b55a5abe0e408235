"""The columns of every frame, declared once: name, type, meaning, unit.

A frame has exactly these columns in this order, whether it holds a million rows or none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from toolkit.analysis.frames.column import (
    ARMS,
    CUEINGS,
    ENDINGS,
    FORMS,
    GUESSED,
    ITEM_STATES,
    ORIGINS,
    PREFERRED,
    PURPOSES,
    RATED,
    RATER_STATES,
    SPEAKERS,
    STAGE,
    STATES,
    Column,
    Dtype,
    declare,
)

LEFT_OUT = {
    "other_run": "sent by a run of another kind, such as a replay",
    "orphan": "names a row the record does not hold",
    "withdrawn": "who it is of left the study and took it along",
    "simulated": "of somebody simulated, and people were asked for",
    "not_simulated": "of a person, and simulated ones were asked for",
    "other_stage": "of the stage not asked for",
    "other_freeze": "of a confirm freeze not asked for",
    "superseded": "a later row takes its place",
    "retracted": "a flag its tester took back",
    "retraction": "the row that took a flag back",
}
"""Why a row of the record can be missing from its frame."""
REPLIES_APART = {
    "replaced": "the unit was sent again",
    "errored": "there is no usable reply",
    "stopped": "the reply was stopped",
    "empty": "the reply has no text",
    "refused": "the endpoint declined, which is an outcome of its own",
    "truncated": "the length limit cut the reply",
}
"""Why a reply says nothing about quality, the first that applies."""
APART = {
    "attention": "of an item with a known answer",
    "repeat": "of an item shown a second time",
    "passed": "left unrated on purpose",
    "unrated": "not rated",
    "declined": "the rater chose not to say",
    **REPLIES_APART,
}
"""Why a row is in its frame and in no comparison of quality, the first that applies."""


def _counts(frame: str, means: Mapping[str, str], unit: str) -> Iterator[Column]:
    for name, meaning in means.items():
        yield Column(f"{frame}.{name}", "Int64", meaning, unit)


def _whose(side: str, of: str) -> tuple[Column, ...]:
    """Which reply: alone, or the one on a side of a pair."""
    return (
        Column(f"{side}unit_id", "str", f"the reply {of}"),
        Column(f"{side}arm", "category", f"arm of the reply {of}", categories=ARMS),
        Column(f"{side}persona_id", "category", f"whose cues the reply {of} was sent with"),
    )


_TIME: Dtype = "datetime64[us, UTC]"
_DECLARED = (
    STAGE,
    # Whose it is, and about what.
    Column("simulated", "bool", "no human was involved"),
    Column("session_id", "str", "the conversation, or the rater's seat"),
    Column("participant_id", "category", "pseudonym of who took part"),
    Column("scenario_id", "category", "the situation, as its file names it"),
    Column("scenario", "category", "title of the situation as it was shown"),
    Column("study_id", "category", "the study"),
    Column("study_hash", "category", "the frozen study"),
    Column("confirm_hash", "category", "the confirm freeze it belongs to"),
    Column("toolkit_version", "category", "the toolkit that kept it"),
    Column("contrast_id", "category", "the contrast"),
    Column("origin", "category", "how it came about", categories=ORIGINS),
    Column("cueing", "category", "what carries the cue", categories=CUEINGS),
    Column("replicate", "Int64", "which repetition, from 0"),
    Column("endpoint_alias", "category", "the endpoint as the study calls it"),
    Column("endpoint", "category", "who answered"),
    Column("position", "Int64", "order in the participant's list, from 0"),
    Column("at", _TIME, "when it was kept"),
    Column("items.at", _TIME, "when it was handed out"),
    Column("started_at", _TIME, "when it began"),
    Column("ended_at", _TIME, "when it ended; missing while it goes on"),
    *_whose("", "of a single item"),
    *_whose("left_", "on the left"),
    *_whose("right_", "on the right"),
    Column(
        "apart",
        "category",
        "why it is in no comparison of quality; missing when it is",
        categories=tuple(APART),
    ),
    # Participants and raters.
    Column("seat", "Int64", "order of enrolment, from 0"),
    Column("raters.seat", "Int64", "row of the assignment, from 0"),
    Column("enrolled_by", "category", "how the person came in"),
    Column("enrolled_at", _TIME, "when"),
    Column("consented", "bool", "agreed to a consent text"),
    Column("rates", "bool", "holds, or held, a rater's seat"),
    Column("assigned", "Int64", "missing until the first begins", "conversations"),
    Column("not_begun", "Int64", "assigned and not begun", "conversations"),
    Column("holder", "Int64", "0 for the first in this seat, 1 for whoever went on, …"),
    Column("show_cue", "bool", "cue values stayed readable"),
    Column("planned", "Int64", "repeats and attention items included", "items"),
    Column("raters.state", "category", "how far the rater is", categories=RATER_STATES),
    # Conversations and turns.
    Column("unfrozen", "bool", "another endpoint than the frozen one answered"),
    Column("sessions.persona_id", "category", "who was played, as the file names them"),
    Column("persona", "category", "name of who was played, as it was shown"),
    Column("sessions.state", "category", "how far the conversation is", categories=STATES),
    Column("minutes", "float64", "from beginning to end, pauses included", "min"),
    Column("messages", "Int64", "what the tester said", "turns"),
    Column("sessions.replaced", "Int64", "answers that a retry replaced", "turns"),
    Column("answers_rated", "Int64", "answers with a rating of 1 to 5", "turns"),
    Column("questions_rated", "Int64", "form questions with a rating of 1 to 5", "ratings"),
    Column("flags", "Int64", "flags that stand on it", "flags"),
    Column("turn_id", "str", "one thing said; missing where the conversation is meant"),
    Column("number", "Int64", "order in the conversation, from 0, retries included"),
    Column("speaker", "category", "who said it", categories=SPEAKERS),
    Column("replaced", "bool", "a retry took its place in the conversation"),
    Column("answers", "str", "the tester's turn it answers"),
    Column("rating_state", "category", "of an answer: was it rated", categories=RATED),
    Column("rating", "Int64", "quick rating of the answer", "1 to 5"),
    # What an endpoint answered.
    Column("text", "str", "raw and complete, or what had arrived"),
    Column("characters", "Int64", "length of the text", "code points"),
    Column("outcome", "category", "how the exchange ended", categories=ENDINGS),
    Column("model_reported", "category", "the model the server says it used"),
    Column("finish_reason", "category", "as the server said it"),
    Column("seconds", "float64", "from first attempt to last token; missing for batches", "s"),
    Column("items.seconds", "float64", "to the last thing said; missing when unrated", "s"),
    Column("first_token_seconds", "float64", "to the first token", "s"),
    Column("prompt_tokens", "Int64", "as the server counted", "tokens"),
    Column("completion_tokens", "Int64", "as the server counted", "tokens"),
    Column("attempts", "Int64", "requests made for it", "requests"),
    Column("error", "str", "why there is no usable answer; empty when there is"),
    Column("replies.unit_id", "str", "what was sent"),
    Column("attempt_of", "Int64", "0, or which repeated sending of a failed unit"),
    Column("sweep_id", "str", "the run that sent it"),
    Column("replies.arm", "category", "which text with whose cues", categories=ARMS),
    Column("replies.persona_id", "category", "whose cues filled the slots"),
    Column("seed", "Int64", "as sent; missing when none was"),
    Column("decision", "str", "JSON: decision word to probability; missing when not read"),
    Column("decision_mass", "float64", "of all decision words together", "probability"),
    Column("undecided", "bool", "they were read and hold less than 0.9: not to be used"),
    Column("decided", "float64", "answer to be expected: 1 the first listed, 0 the last"),
    Column("refused", "bool", "the endpoint itself declined"),
    Column("order", "Int64", "place among the replies as they were kept, from 0"),
    # What people judged.
    Column("rating_id", "str", "one answer to one question"),
    Column("about", "category", "what was rated", categories=("answer", "conversation")),
    Column("question", "category", "id of the question, or quick"),
    Column("dimension", "category", "trust dimension the question asks about"),
    Column("state", "category", "declined: chose not to say", categories=RATED[:2]),
    Column("value", "Int64", "missing when declined", "1 to 5"),
    Column("comment", "str", "in the words of who judged"),
    Column("flag_id", "str", "words that felt wrong"),
    Column("start", "Int64", "first character", "code points"),
    Column("end", "Int64", "one past the last", "code points"),
    Column("quote", "str", "the words"),
    Column("harm_type", "category", "type of harm, or unsure"),
    Column("harm", "category", "key of the harm, or unsure"),
    Column("severity", "Int64", "1 barely, 5 severe", "1 to 5"),
    Column("item_id", "str", "the item, under the id of this rater alone"),
    Column("purpose", "category", "why it is shown", categories=PURPOSES),
    Column("overlap", "bool", "another rater is planned for the same reply"),
    Column("repeats", "str", "the item this one shows again"),
    Column("form", "category", "one reply or two side by side", categories=FORMS),
    Column("expected", "Int64", "the known answer of an attention item", "1 to 5"),
    Column("items.state", "category", "what became of it", categories=ITEM_STATES),
    Column("choice_id", "str", "one comparison of two replies"),
    Column("preferred", "category", "neither: none is acceptable", categories=PREFERRED),
    Column("preferred_unit_id", "str", "the reply preferred; missing for equal and neither"),
    Column("preferred_arm", "category", "its arm", categories=ARMS),
    Column("preferred_persona_id", "category", "whose cues it was sent with"),
    Column("why", "str", "in the rater's words"),
    Column("guess_id", "str", "one guess at a persona; of a pair the swapped reply is meant"),
    Column("options", "Int64", "personas on offer", "personas"),
    Column("guessed", "category", "the persona named; missing for: cannot tell"),
    Column("guesses.state", "category", "missing for an item without a reply", categories=GUESSED),
    # Counts.
    Column("frame", "str", "the frame the rows would be in"),
    Column("in_record", "Int64", "all rows the record holds", "rows"),
    Column("kept", "Int64", "rows in the frame", "rows"),
    Column("compared", "Int64", "rows in the frame and not kept apart", "rows"),
    *_counts("dropped", LEFT_OUT, "rows"),
    *_counts("confirm_account", LEFT_OUT, "rows"),
    *_counts("confirm_account", {one: f"kept apart: {why}" for one, why in APART.items()}, "rows"),
    *_counts(
        "participants",
        {one.replace(" ", "_"): f"conversations whose state is: {one}" for one in STATES},
        "conversations",
    ),
    *_counts(
        "sessions",
        {one: f"answers that stand and whose outcome is: {one}" for one in ENDINGS},
        "turns",
    ),
    *_counts(
        "raters", {one: f"items handed out whose state is: {one}" for one in ITEM_STATES}, "items"
    ),
)
"""A column that means something of its own in one frame is named ``frame.column``."""

_MARKS = "session_id stage simulated participant_id scenario_id scenario"
_RATER = "session_id stage simulated participant_id confirm_hash"
_CONTRAST = "contrast_id scenario_id origin cueing"
_ITEM = "position purpose overlap repeats"
_ALONE, _LEFT, _RIGHT, _PREFERRED = (
    f"{side}unit_id {side}arm {side}persona_id" for side in ("", "left_", "right_", "preferred_")
)
_FRAMES = {
    "participants": "participant_id simulated seat enrolled_by enrolled_at consented rates "
    "assigned finished capped skipped withdrawn in_progress not_begun",
    "sessions": f"{_MARKS} study_id study_hash unfrozen position persona_id persona endpoint_alias "
    f"endpoint toolkit_version state started_at ended_at minutes messages {' '.join(ENDINGS)} "
    "replaced answers_rated questions_rated flags",
    "turns": f"turn_id {_MARKS} number speaker at text characters outcome replaced answers "
    "model_reported finish_reason seconds first_token_seconds prompt_tokens completion_tokens "
    "attempts error rating_state rating flags",
    "ratings": f"rating_id {_MARKS} turn_id about question dimension state value comment at",
    "flags": f"flag_id {_MARKS} turn_id start end quote harm_type harm severity comment at",
    "dropped": "frame in_record kept orphan withdrawn simulated not_simulated other_stage "
    "superseded retracted retraction",
    "replies": f"unit_id attempt_of sweep_id stage confirm_hash {_CONTRAST} arm persona_id "
    "replicate endpoint_alias endpoint model_reported outcome apart text characters finish_reason "
    "seconds prompt_tokens completion_tokens attempts seed decision decision_mass undecided "
    "decided refused error order at",
    "raters": f"{_RATER} seat holder form show_cue planned {' '.join(ITEM_STATES)} state "
    "started_at ended_at",
    "items": f"item_id {_RATER} {_ITEM} form {_CONTRAST} endpoint_alias replicate {_ALONE} {_LEFT} "
    f"{_RIGHT} expected state apart at seconds",
    "item_ratings": f"rating_id {_RATER} item_id {_ITEM} {_CONTRAST} endpoint_alias replicate "
    f"{_ALONE} outcome question dimension state value expected comment apart at",
    "choices": f"choice_id {_RATER} item_id {_ITEM} {_CONTRAST} endpoint_alias replicate {_LEFT} "
    f"{_RIGHT} preferred {_PREFERRED} why apart at",
    "guesses": f"guess_id {_RATER} item_id contrast_id {_ALONE} options guessed state at",
    "confirm_account": "frame in_record other_run orphan withdrawn simulated not_simulated "
    f"other_stage other_freeze superseded kept {' '.join(APART)} compared",
}


def _columns(frame: str, names: str) -> tuple[Column, ...]:
    own = {one.name: one for one in _DECLARED}
    return tuple(
        replace(own.get(f"{frame}.{name}") or own[name], name=name) for name in names.split()
    )


COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {frame: _columns(frame, names) for frame, names in _FRAMES.items()}
)
"""Frame to its columns, in order."""


def columns(frame: str) -> pd.DataFrame:
    """Describe a frame: one row a column, with ``name dtype meaning unit``."""
    return pd.DataFrame(
        [(one.name, one.dtype, one.meaning, one.unit) for one in COLUMNS[frame]],
        columns=["name", "dtype", "meaning", "unit"],
    )


def conform(frame: str, raw: pd.DataFrame) -> pd.DataFrame:
    """Give ``raw`` the declared columns of ``frame``, in order and in type.

    Args:
        frame: which; its columns are in ``COLUMNS``.
        raw: has at least these columns, times in ISO 8601; others and its index are left out.
    """
    return declare(raw[[one.name for one in COLUMNS[frame]]], COLUMNS[frame])
