"""Ratings or decisions collected elsewhere, as observations that every analysis takes."""

from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, Required, TypedDict, Unpack

import numpy as np
import pandas as pd

from toolkit.analysis.frames.column import Stage, declare, named, text_of
from toolkit.analysis.frames.level_names import NAMED, REPEATED, OneSpelling, repeated
from toolkit.analysis.frames.observations import (
    OBSERVATION_COLUMNS,
    Observations,
    undeclared_outcome,
)
from toolkit.analysis.frames.table_check import (
    bounds_of,
    check_roles,
    numbers_of,
    values_of,
)
from toolkit.analysis.frames.table_names import arms_of, contrasts_of, people_of
from toolkit.design import Scale


class TableColumns(TypedDict, total=False):
    """Which column of a table is what; the first three are needed."""

    value: Required[Hashable]
    """What was observed. Yes and no are 1 and 0, or True and False. Of pairs: 1 when the persona's
    reply was preferred, -1 when the reference's was, 0 when neither."""
    persona: Required[Hashable]
    """Who was asking, or about whom; of a pair, whoever is not the reference."""
    scenario: Required[Hashable]
    """The situation. Findings in general rest on how many there are: name what was varied on
    purpose, and not an id of each row."""
    rater: Hashable
    """Who judged; not named: no human did."""
    contrast: Hashable
    """Which frozen text; not named: one a scenario. What goes by one name in two scenarios is two
    contrasts, and is told apart."""
    arm: Hashable
    """``reference``, ``swap``, ``paraphrase`` or ``resample``; in place of ``reference=``."""
    reply: Hashable
    """Id of the reply observed; may be missing."""
    replicate: Hashable
    """Which repetition of the same text; may be missing."""
    endpoint: Hashable
    """Who answered."""
    position: Hashable
    """Order in the rater's list, whole numbers from 0; may be missing."""
    side: Hashable
    """Pairs: 1 when the persona's reply stood left, -1 right."""
    weight: Hashable
    """How many equal observations a row stands for, in a table of cells."""


_NEEDED = ("value", "persona", "scenario", "rater", "contrast", "arm", "endpoint", "side", "weight")
"""A row without one of these is left out."""


def from_table(
    df: pd.DataFrame | None = None,
    *,
    scale: Scale,
    reference: object = None,
    bounds: tuple[float, float] | None = None,
    factors: Sequence[Hashable] = (),
    people: pd.DataFrame | None = None,
    outcome: str = "",
    asks: str = "",
    origin: Literal["lead", "planned"] = "planned",
    stage: Stage = "confirm",
    simulated: bool = False,
    **columns: Unpack[TableColumns],
) -> Observations:
    """Take observations from anybody's table, its columns named in the call.

    A row is one observation. Names may be of any type and become texts; two spellings of one are
    read as one, and the notes say so. A row without a value, a persona or anything else that a
    comparison needs is left out and counted, by what it lacks; so is one that repeats another.

    Args:
        df: any index; it is not changed.
        scale: ``likert``, ``binary``, ``preference`` (pairs) or ``number``.
        reference: the persona everybody else is compared with.
        bounds: lowest and highest value there can be; needed for ``likert``.
        factors: columns that describe the persona, one value a persona.
        people: one row a persona (index), one column a factor; instead of ``factors``.
        outcome: what findings call it; the name of the value's column if empty.
        asks: the question in words.
        origin: ``lead`` when the texts were chosen because something had been seen there; then no
            finding speaks in general.
        stage: a claim of the caller. ``confirm``, the default, says that the table was collected
            under a plan: the same text for every persona, fixed before anybody saw how it comes
            out. Logs and free conversations are ``explore``, and no test takes them.
        simulated: no human judged.
        **columns: as ``TableColumns`` says.

    Raises:
        AnalysisError: if a column, its values or its names are not what was wanted.
    """
    roles = {role: name for role, name in columns.items() if name is not None}
    df = check_roles(df, roles, factors, allowed=tuple(TableColumns.__annotations__))
    limits = bounds_of(scale, bounds)
    df, spellings = _spelled(df, roles, factors)
    why, notes = _left_out(df, roles)
    rows = df if why.empty else df.iloc[np.delete(np.arange(len(df)), why.index)]
    who = named(rows[roles["persona"]])
    made = _read(rows, roles, scale, limits, origin=origin, stage=stage)
    arms = arms_of(made.get("arm"), who, scale=scale, reference=reference)
    return Observations(
        of=undeclared_outcome(
            outcome or text_of(roles["value"]), scale, limits, rated="rater" in roles
        ),
        frame=declare({**made, "persona": who, "arm": arms}, OBSERVATION_COLUMNS, length=len(rows)),
        people=people_of(who, rows, factors=factors, people=people),
        left_out=MappingProxyType({str(one): n for one, n in why.value_counts().to_dict().items()}),
        simulated=simulated,
        asks=asks,
        notes=(*spellings, *notes),
    )


def _spelled(
    df: pd.DataFrame, roles: Mapping[str, Hashable], factors: Sequence[Hashable]
) -> tuple[pd.DataFrame, list[str]]:
    """The table with every name in it spelled one way, and notes on names that were joined."""
    spelling = OneSpelling()
    # Of two roles of one column the later one counts: ids are looked at least closely.
    columns = {name: text_of(name) for name in factors}
    columns |= {roles[role]: role for role in NAMED if role in roles}
    spelled = df.copy(deep=False)
    for name, what in columns.items():
        spelled[name] = spelling.column(df[name], what)
    return spelled, spelling.notes


def _left_out(
    df: pd.DataFrame, roles: Mapping[str, Hashable]
) -> tuple["pd.Series[Any]", list[str]]:
    """Why rows are left out, by their place, and what may be wrong with others."""
    why = _lacking(df, roles)
    again, notes = repeated(df, roles)
    again[why.index] = False
    places = np.flatnonzero(again)
    return pd.concat([why, pd.Series(REPEATED, index=places, dtype="object")]).sort_index(), notes


def _read(
    rows: pd.DataFrame,
    roles: Mapping[str, Hashable],
    scale: Scale,
    limits: tuple[float, float],
    **throughout: str,
) -> dict[str, Any]:
    """Read every column but who and which arm; ``throughout`` is the same in all rows."""
    taken = {role: rows[name] for role, name in roles.items()}
    return {
        "side": np.zeros(len(rows)),
        "weight": np.ones(len(rows)),
        **{
            name: pd.Categorical.from_codes(np.zeros(len(rows), "int8"), pd.Index([text]))
            for name, text in throughout.items()
        },
        **taken,
        **numbers_of(taken),
        "value": values_of(taken["value"], scale, limits),
        "contrast": contrasts_of(taken.get("contrast"), taken["scenario"]),
    }


def _lacking(df: pd.DataFrame, roles: Mapping[str, Hashable]) -> "pd.Series[Any]":
    """Say what rows that lack something lack first, by their place."""
    needed = [role for role in _NEEDED if role in roles]
    missing = np.column_stack([df[roles[role]].isna() for role in needed])
    places = np.flatnonzero(missing.any(axis=1))
    why = np.array([f"no {role}" for role in needed])[missing[places].argmax(axis=1)]
    return pd.Series(why, index=places, dtype="object")
