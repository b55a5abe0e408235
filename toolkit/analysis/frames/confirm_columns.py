"""The columns of the frames of the confirm stage."""

from toolkit.analysis.frames.column import OUTCOMES, RATED, SIMULATED, STAGE, Column, FrameName

ARMS = ("reference", "swap", "paraphrase", "resample")
SCRIPTED = "scripted:"
"""How an endpoint is called that gives ready-made answers."""
PURPOSES = ("rating", "repeat", "attention")
FORMS = ("single", "pair")
ITEM_STATES = ("rated", "passed", "unrated")
RATER_STATES = ("finished", "left", "withdrawn", "skipped", "capped", "in progress")
PREFERRED = ("left", "right", "equal", "neither")
GUESSED = ("right", "wrong", "cannot tell")
OUTCOMES_APART = ("replaced", "errored", "stopped", "empty", "refused", "truncated")
"""Why a reply says nothing about quality, the first that applies."""
ITEMS_APART = ("attention", "repeat", "passed", "unrated", "declined")
APART = (*ITEMS_APART, *OUTCOMES_APART)
"""Why a row is in its frame and in no comparison of quality, the first that applies."""

_FREEZE = Column("confirm_hash", "category", "the confirm freeze it belongs to")
_RATER = (
    Column("session_id", "str", "the rater's seat"),
    STAGE,
    SIMULATED,
    Column("participant_id", "category", "pseudonym of the rater"),
    _FREEZE,
)
_CONTRAST = (
    Column("contrast_id", "category", "the contrast"),
    Column("scenario_id", "category", "the situation of the contrast"),
    Column("origin", "category", "how it came about", categories=("lead", "planned")),
    Column("cueing", "category", "what carries the cue", categories=("explicit", "implicit")),
)
_ALIAS = Column("endpoint_alias", "category", "the endpoint as the study calls it")
_REPLICATE = Column("replicate", "Int64", "which repetition, from 0")
_APART = Column(
    "apart",
    "category",
    "why it is in no comparison of quality; missing when it is",
    categories=APART,
)
_AT = Column("at", "datetime64[us, UTC]", "when it was kept")
_ITEM = (
    Column("item_id", "str", "the item, under the id of this rater alone"),
    Column("position", "Int64", "order in the rater's list, from 0"),
    Column("purpose", "category", "why it is shown", categories=PURPOSES),
    Column("overlap", "bool", "another rater is planned for the same reply"),
    Column("repeats", "str", "the item this one shows again"),
)


def _whose(side: str = "") -> tuple[Column, ...]:
    """Which reply: alone, or the one on a side of a pair."""
    name = f"{side}_" if side else ""
    of = f"on the {side}" if side else "of a single item"
    return (
        Column(f"{name}unit_id", "str", f"the reply {of}"),
        Column(f"{name}arm", "category", f"arm of the reply {of}", categories=ARMS),
        Column(f"{name}persona_id", "category", f"whose cues the reply {of} was sent with"),
    )


def _rows(names: tuple[str, ...], meanings: dict[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, "Int64", meanings.get(name, name), "rows") for name in names)


LEFT_OUT = {
    "other_run": "sent by a run of another kind, such as a replay",
    "orphan": "names a row the record does not hold",
    "withdrawn": "the rater left the study and took it along",
    "simulated": "of a simulated rater, and people were asked for",
    "not_simulated": "of a person, and simulated raters were asked for",
    "other_stage": "of the stage not asked for",
    "other_freeze": "of a confirm freeze not asked for",
    "superseded": "a later row takes its place",
}
"""Why a row of the confirm stage is not in its frame."""
_APART_MEANS = {
    "attention": "kept apart: of an item with a known answer",
    "repeat": "kept apart: of an item shown a second time",
    "passed": "kept apart: left unrated on purpose",
    "unrated": "kept apart: not rated",
    "declined": "kept apart: the rater chose not to say",
    "replaced": "kept apart: the unit was sent again",
    "errored": "kept apart: there is no usable reply",
    "stopped": "kept apart: the reply was stopped",
    "empty": "kept apart: the reply has no text",
    "refused": "kept apart: the endpoint declined, which is an outcome of its own",
    "truncated": "kept apart: the length limit cut the reply",
}

CONFIRM_COLUMNS: dict[FrameName, tuple[Column, ...]] = {
    "replies": (
        Column("unit_id", "str", "what was sent"),
        Column("attempt_of", "Int64", "0, or which repeated sending of a failed unit"),
        Column("sweep_id", "str", "the run that sent it"),
        STAGE,
        _FREEZE,
        *_CONTRAST,
        Column("arm", "category", "which text with whose cues", categories=ARMS),
        Column("persona_id", "category", "whose cues filled the slots"),
        _REPLICATE,
        _ALIAS,
        Column("endpoint", "category", "who answered"),
        Column("model_reported", "category", "the model the server says it used"),
        Column("outcome", "category", "how the exchange ended", categories=OUTCOMES),
        _APART,
        Column("text", "str", "raw and complete, or what had arrived"),
        Column("characters", "Int64", "length of the text", "code points"),
        Column("finish_reason", "category", "as the server said it"),
        Column("seconds", "float64", "from the first attempt to the end; missing for batches", "s"),
        Column("prompt_tokens", "Int64", "as the server counted", "tokens"),
        Column("completion_tokens", "Int64", "as the server counted", "tokens"),
        Column("attempts", "Int64", "requests made for it", "requests"),
        Column("seed", "Int64", "as sent; missing when none was"),
        Column("decision", "str", "JSON: decision word to probability; missing when not read"),
        Column("decision_mass", "float64", "of all decision words together", "probability"),
        Column("undecided", "bool", "they were read and hold less than 0.9: not to be used"),
        Column("decided", "float64", "answer to be expected: 1 the first listed, 0 the last"),
        Column("refused", "bool", "the endpoint itself declined"),
        Column("error", "str", "why there is no usable reply; empty when there is"),
        Column("order", "Int64", "place among the replies as they were kept, from 0"),
        _AT,
    ),
    "raters": (
        *_RATER,
        Column("seat", "Int64", "row of the assignment, from 0"),
        Column("holder", "Int64", "0 for the first in this seat, 1 for whoever went on, …"),
        Column("form", "category", "one reply or two side by side", categories=FORMS),
        Column("show_cue", "bool", "cue values stayed readable"),
        Column("planned", "Int64", "repeats and attention items included", "items"),
        *(
            Column(state, "Int64", f"items handed out whose state is: {state}", "items")
            for state in ITEM_STATES
        ),
        Column("state", "category", "how far the rater is", categories=RATER_STATES),
        Column("started_at", "datetime64[us, UTC]", "when the seat was taken"),
        Column("ended_at", "datetime64[us, UTC]", "when it was given up or done"),
    ),
    "items": (
        _ITEM[0],
        *_RATER,
        *_ITEM[1:],
        Column("form", "category", "one reply or two side by side", categories=FORMS),
        *_CONTRAST,
        _ALIAS,
        _REPLICATE,
        *_whose(),
        *_whose("left"),
        *_whose("right"),
        Column("expected", "Int64", "the known answer of an attention item", "1 to 5"),
        Column("state", "category", "what became of it", categories=ITEM_STATES),
        _APART,
        Column("at", "datetime64[us, UTC]", "when it was handed out"),
        Column("seconds", "float64", "to the last thing said about it; missing when unrated", "s"),
    ),
    "item_ratings": (
        Column("rating_id", "str", "one answer to one question"),
        *_RATER,
        *_ITEM,
        *_CONTRAST,
        _ALIAS,
        _REPLICATE,
        *_whose(),
        Column("outcome", "category", "how the exchange ended", categories=OUTCOMES),
        Column("question", "category", "id of the question"),
        Column("dimension", "category", "trust dimension the question asks about"),
        Column("state", "category", "declined: chose not to say", categories=RATED[:2]),
        Column("value", "Int64", "missing when declined", "1 to 5"),
        Column("expected", "Int64", "the known answer of an attention item", "1 to 5"),
        Column("comment", "str", "in the rater's words"),
        _APART,
        _AT,
    ),
    "choices": (
        Column("choice_id", "str", "one comparison of two replies"),
        *_RATER,
        *_ITEM,
        *_CONTRAST,
        _ALIAS,
        _REPLICATE,
        *_whose("left"),
        *_whose("right"),
        Column("preferred", "category", "neither: none is acceptable", categories=PREFERRED),
        Column("preferred_unit_id", "str", "the reply preferred; missing for equal and neither"),
        Column("preferred_arm", "category", "its arm", categories=ARMS),
        Column("preferred_persona_id", "category", "whose cues it was sent with"),
        Column("why", "str", "in the rater's words"),
        _APART,
        _AT,
    ),
    "guesses": (
        Column("guess_id", "str", "one guess at a persona; of a pair the swapped reply is meant"),
        *_RATER,
        _ITEM[0],
        _CONTRAST[0],
        *_whose(),
        Column("options", "Int64", "personas on offer", "personas"),
        Column("guessed", "category", "the persona named; missing for: cannot tell"),
        Column("state", "category", "missing for an item without a reply", categories=GUESSED),
        _AT,
    ),
    "confirm_account": (
        Column("frame", "str", "the frame the rows would be in"),
        Column("in_record", "Int64", "all rows the record holds", "rows"),
        *_rows(tuple(LEFT_OUT), LEFT_OUT),
        Column("kept", "Int64", "rows in the frame", "rows"),
        *_rows(APART, _APART_MEANS),
        Column("compared", "Int64", "rows in the frame and not kept apart", "rows"),
    ),
}
"""Frame to its columns, in order."""
