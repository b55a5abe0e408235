"""One outcome of the confirm stage, one row an observation: what every estimator takes.

An **observation** is a rating of a reply, a choice between two, or something read off a reply by
machine. ``observe`` makes them from the record's frames; ``from_table`` from anybody's table.
Estimators read the columns below and no others, so both ways lead to the same numbers.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from toolkit.analysis.frames.column import ARMS, ORIGINS, SCRIPTED, STAGE, Column, Stage, declare
from toolkit.analysis.frames.confirm_design import ConfirmDesign
from toolkit.analysis.frames.frames import Frames, require_stage
from toolkit.analysis.frames.reference_distance import reference_distances
from toolkit.analysis.frames.table_check import off_scale, on_scale
from toolkit.design import OUTCOMES, READABLE, Outcome, Scale, outcome_named
from toolkit.errors import AnalysisError

_Read = tuple[pd.DataFrame, pd.DataFrame]
"""Rows of the source's frame, and the same as observations with ``left_out``."""
_DISTANCE = "distance"
"""What an outcome reads that no column holds: it is worked out from all texts of a contrast."""
_LARGEST = 1e50
"""Squares of squares of what is beyond this are not numbers."""

OBSERVATION_COLUMNS: tuple[Column, ...] = (
    Column("value", "float64", "what was observed, on the outcome's own scale"),
    Column("rater", "category", "who judged; missing when no human or simulated rater did"),
    Column("scenario", "category", "the situation"),
    Column("contrast", "category", "the contrast; nests in its scenario"),
    Column("arm", "category", "which text with whose cues", categories=ARMS),
    Column("persona", "category", "whose cues; in a pair those of the reply not the reference's"),
    Column("reply", "str", "the reply observed, or the pair's other reply"),
    Column("replicate", "Int64", "which repetition, from 0"),
    Column("endpoint", "category", "who answered"),
    Column("origin", "category", "how the contrast came about", categories=ORIGINS),
    Column("position", "Int64", "order in the rater's list, from 0; missing without a rater"),
    Column("side", "float64", "pairs: 1 when the persona's reply stood left, -1 right; else 0"),
    Column("weight", "float64", "how many equal observations the row stands for", "observations"),
    STAGE,
)
"""Columns of ``Observations.frame``, in order."""


@dataclass(frozen=True, slots=True)
class Observations:
    """One outcome, ready to be compared."""

    of: Outcome
    """What was observed."""
    frame: pd.DataFrame = field(repr=False)
    """One row an observation, with ``OBSERVATION_COLUMNS``; nothing missing in ``value``."""
    people: pd.DataFrame = field(repr=False)
    """One row a persona (index ``persona``), one column a factor; no columns when not known."""
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Reason to how many rows of the table are not observed; each row has one reason."""
    simulated: bool = False
    """True when any of it comes from simulated raters, or was read off ready-made answers."""
    asks: str = ""
    """The question in words, when known."""
    plan: str = ""
    """Hash of the confirm freeze they belong to; empty outside a study."""
    notes: tuple[str, ...] = ()
    """What was done as a table was read, or may be wrong with it, in sentences."""

    def __post_init__(self) -> None:
        values = self.frame["value"].to_numpy("float64")
        _require_numbers(values, "values", self.outcome)
        _require_on_scale(values, self.of)
        weight = self.frame["weight"].to_numpy("float64")
        _require_numbers(weight, "weights", self.outcome)
        if len(weight) and weight.min() <= 0:
            raise AnalysisError(
                f"observations: got {int((weight <= 0).sum())} of {len(weight)} rows of "
                f"{self.outcome!r} with a weight of 0 or less; wanted weights above 0. Leave out "
                "rows that stand for no observation."
            )

    @property
    def outcome(self) -> str:
        """What findings call it."""
        return self.of.name

    @property
    def scale(self) -> Scale:
        """Which values there can be."""
        return self.of.scale

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value there can be; infinite where there is no bound."""
        return self.of.bounds

    @property
    def rated(self) -> bool:
        """Whether raters judged; False for what a machine read off a reply."""
        return bool(self.frame["rater"].notna().any())

    @property
    def stage(self) -> Stage:
        """The stage of all of its rows."""
        return "explore" if self.frame["stage"].eq("explore").any() else "confirm"

    def where(self, keep: "pd.Series[bool] | np.ndarray") -> Self:
        """The same with some of its rows; the account of what was left out stays.

        Args:
            keep: one truth value a row, shape (n,).
        """
        rows = self.frame[np.asarray(keep, dtype=bool)].reset_index(drop=True)
        return replace(self, frame=rows)

    @property
    def in_general(self) -> Self:
        """Planned contrasts where there are any: leads were chosen for what was seen in them."""
        planned = self.of_origin("planned")
        return planned if len(planned.frame) else self

    def of_origin(self, origin: Literal["lead", "planned"]) -> Self:
        """Only what comes from contrasts lifted from leads, or only from planned ones."""
        return self.where(self.frame["origin"].eq(origin).to_numpy())


def observe(
    frames: Frames,
    outcome: str | Outcome,
    *,
    design: ConfirmDesign | None = None,
    also: Collection[str] = (),
) -> Observations:
    """Take one outcome from the record's frames.

    Repeats, attention items and whatever else is kept apart from comparisons of quality are left
    out and counted, and so are replies that ended otherwise than the outcome's ``endings``, or of
    which it was not read, by the reason that it declares.

    Args:
        frames: of stage confirm, from one confirm freeze.
        outcome: a question's id, another declared outcome's name, or a declaration.
        design: what was frozen; says who the personas are and what was asked, and which words are
            masked before texts are compared.
        also: reasons for which nothing is left out, such as ``truncated``: of answers that were
            cut off, what was said of them all the same.

    Raises:
        AnalysisError: if the frames hold explore rows, several freezes, no such outcome, or values
            that are not on its scale; if texts are to be compared without a design.
    """
    _require_frames(frames)
    of = outcome_named(outcome) if isinstance(outcome, str) else outcome
    _require_readable(frames, of)
    table, values = _READERS[of.source](frames, of, design)
    _require_known(frames, table, of)
    require_stage(table, "confirm")
    plan = one_freeze(table, "analysis")
    stays = values["left_out"].isin(list(also)) & values["value"].notna()
    values["left_out"] = values["left_out"].mask(stays)
    kept = values[values["left_out"].isna()]
    return Observations(
        of=of,
        frame=declare(kept, OBSERVATION_COLUMNS),
        people=design.people if design else pd.DataFrame(index=pd.Index([], name="persona")),
        left_out=MappingProxyType(
            {str(why): int(n) for why, n in values["left_out"].value_counts().items() if n}
        ),
        simulated=_simulated(table),
        asks=design.asks(of.name) if design else "",
        plan=plan,
    )


def require_observations(got: object, who: str) -> None:
    """Refuse a bare table: its columns do not say what they are.

    Args:
        got: what a caller passed for observations.
        who: the function that asks.

    Raises:
        AnalysisError: if it is anything but ``Observations``.
    """
    if not isinstance(got, Observations):
        raise AnalysisError(
            f"{who}: got a {type(got).__name__}; wanted the observations of one outcome. Make them "
            "with `observe(frames, outcome)` from a record, or with `from_table(df, ...)` from a "
            "table."
        )


def _require_numbers(numbers: np.ndarray, what: str, outcome: str) -> None:
    """Refuse what no estimator can square and add up."""
    bad = int(np.count_nonzero(~np.isfinite(numbers)))
    if bad:
        raise AnalysisError(
            f"observations: got {bad} of {len(numbers)} {what} of {outcome!r} that are missing or "
            "infinite; wanted a number in each row. Leave those rows out."
        )
    largest = float(np.abs(numbers).max(initial=0))
    if largest > _LARGEST or 0 < largest < 1 / _LARGEST:
        raise AnalysisError(
            f"observations: got {what} of {outcome!r} as far from 0 as {largest:g}; wanted them "
            f"between {1 / _LARGEST:g} and {_LARGEST:g} in size, or 0. Choose another unit."
        )


def _require_on_scale(values: np.ndarray, of: Outcome) -> None:
    off = off_scale(values, of.scale, of.bounds)
    if off.any():
        raise AnalysisError(
            f"observations: got {int(off.sum())} of {len(values)} values of {of.name!r} such as "
            f"{values[off][0]:g}; wanted {on_scale(of.scale, of.bounds)}. Correct the scale or the "
            "bounds that are declared, or leave those rows out."
        )


def undeclared_outcome(
    name: str, scale: Scale, bounds: tuple[float, float], *, rated: bool
) -> Outcome:
    """Describe values that no study declared; high ones count as favorable.

    Args:
        name: what findings call them.
        scale: which values there can be.
        bounds: lowest and highest of them.
        rated: whether people judged.
    """
    units = {
        "likert": f"points ({bounds[0]:g} to {bounds[1]:g})",
        "binary": "share of answers" if rated else "share of replies",
        "preference": "net share of choices",
        "number": "as observed",
    }
    return Outcome(
        name=name,
        source="ratings" if rated else "replies",
        scale=scale,
        bounds=bounds,
        unit=units[scale],
        favorable="high",
        rated=rated,
        reads="",
    )


_NAMES = {
    "participant_id": "rater",
    "scenario_id": "scenario",
    "contrast_id": "contrast",
    "persona_id": "persona",
    "unit_id": "reply",
    "endpoint_alias": "endpoint",
    "apart": "left_out",
}
"""A frame's column to the one that observations have it in."""


def _named(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.drop(columns="endpoint", errors="ignore").rename(columns=_NAMES)
    return rows.astype({"left_out": "object"}).assign(side=0.0, weight=1.0)


def _ratings(frames: Frames, of: Outcome, _: ConfirmDesign | None) -> _Read:
    table = frames.item_ratings[frames.item_ratings["question"].eq(of.name).to_numpy()]
    return table, _named(table).assign(value=_numbers(table[of.reads]))


def _read_off(frames: Frames, of: Outcome, design: ConfirmDesign | None) -> _Read:
    """Read one column of the replies; what ended otherwise or was not read is left out."""
    table = frames.replies.assign(no_text=frames.replies["text"].isna())
    if of.reads == _DISTANCE:
        table[_DISTANCE] = reference_distances(table, _masked(of, design))
    ending, values = table["outcome"].astype("object"), _numbers(table[of.reads])
    why = ending.where(~ending.isin(of.endings))
    *marks, otherwise = of.missing
    for mark in marks:
        why = why.mask(why.isna() & np.isnan(values) & table[mark], mark)
    why = why.mask(why.isna() & np.isnan(values), otherwise)
    why = why.mask(table["apart"].eq("replaced"), "replaced")
    return table, _named(table).assign(value=values, left_out=why)


def _masked(of: Outcome, design: ConfirmDesign | None) -> tuple[str, ...]:
    if design is None:
        raise AnalysisError(
            f"observe: got the outcome {of.name!r} without the design; wanted it, since it says "
            "which words carry the personas, and these are masked before texts are compared. Pass "
            "`design=confirm_design(record)`."
        )
    return design.words


def _numbers(column: "pd.Series[Any]") -> np.ndarray:
    return column.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)


def signed_choices(choices: pd.DataFrame) -> pd.DataFrame:
    """Sign choices between two replies by the one that is not the reference's.

    Returns:
        The rows with that reply's ``arm persona_id unit_id``; ``against``, the reference's reply;
        ``side``, 1 when it stood left and -1 right; ``value``, 1 when it was preferred, -1 when
        the reference's was, 0 for equal, and missing for neither.
    """
    on_left = choices["left_arm"].ne("reference")
    other = {
        # Each side has categories of its own.
        name: choices[f"left_{name}"].astype("object").where(on_left, choices[f"right_{name}"])
        for name in ("arm", "persona_id", "unit_id")
    }
    against = choices["right_unit_id"].where(on_left, choices["left_unit_id"])
    ahead = choices["preferred"].astype("object").map({"left": 1.0, "right": -1.0, "equal": 0.0})
    side = np.where(on_left, 1.0, -1.0)
    value: pd.Series[float] = ahead.astype("float64") * side
    return choices.assign(**other, against=against, side=side, value=value)


def _preferences(frames: Frames, of: Outcome, _: ConfirmDesign | None) -> _Read:
    """Read choices; neither reply being acceptable favors nobody, as equal does."""
    rows = signed_choices(frames.choices)
    value = rows["value"].mask(rows[of.reads].eq("neither"), 0.0)
    return frames.choices, _named(rows).assign(value=value, side=rows["side"])


_READERS = {"ratings": _ratings, "choices": _preferences, "replies": _read_off}
_FRAMES = {"ratings": "item_ratings", "choices": "choices", "replies": "replies"}


def _require_frames(got: object) -> None:
    if not isinstance(got, Frames):
        raise AnalysisError(
            f"observe: got a {type(got).__name__}; wanted the frames of a record. Make them with "
            "`load_frames(record, stage='confirm')`."
        )


def _require_readable(frames: Frames, of: object) -> None:
    if not isinstance(of, Outcome):
        raise AnalysisError(
            f"observe: got a {type(of).__name__} as an outcome; wanted a name or a declaration. "
            f"Name a question, or one of {', '.join(OUTCOMES)}."
        )
    known = {*getattr(frames, _FRAMES[of.source]), _DISTANCE} & {*READABLE[of.source]}
    if of.reads not in known:
        raise AnalysisError(
            f"observe: got the outcome {of.name!r}, which reads {of.reads or 'no column'!r}; "
            f"wanted a column of the frame {_FRAMES[of.source]!r}: {', '.join(sorted(known))}. "
            "Correct what its declaration reads."
        )


def _require_known(frames: Frames, table: pd.DataFrame, of: Outcome) -> None:
    if len(table) or of.source != "ratings":
        return
    known = sorted(frames.item_ratings["question"].astype("str").unique())
    raise AnalysisError(
        f"analysis: got the outcome {of.name!r}; wanted one that was rated: "
        f"{', '.join([*known, *OUTCOMES])}. Name one of these."
    )


def _simulated(table: pd.DataFrame) -> bool:
    if "simulated" in table:
        return bool(table["simulated"].any())
    return bool(table["endpoint"].astype("str").str.startswith(SCRIPTED).any())


def one_freeze(table: pd.DataFrame, asking: str) -> str:
    """Give the confirm freeze that all rows belong to; empty where there are none.

    Args:
        table: with the column ``confirm_hash``.
        asking: how to begin the refusal, such as ``reliability``.

    Raises:
        AnalysisError: if there are several.
    """
    freezes = sorted(table["confirm_hash"].astype("str").unique())
    if len(freezes) > 1:
        raise AnalysisError(
            f"{asking}: got rows of {len(freezes)} confirm freezes; wanted those of one, because "
            "each asks under its own plan. Load the frames with confirm_hash=."
        )
    return freezes[0] if freezes else ""
