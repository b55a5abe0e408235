"""Small worlds with something missing in them, and a check that a result keeps what it promises."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
from analysis.comparisons import complete, judged

from toolkit.analysis import Estimate, Finding, Frames, Observations

SCENARIOS = np.zeros((4, 1))


def ratings(scenarios: int = 4, raters: int = 4, arms: tuple[str, ...] = ("ben",)) -> pd.DataFrame:
    """Every rater rates every arm in every scenario; no arm has an effect."""
    return complete(np.zeros((scenarios, len(arms))), raters=raters, arms=arms)


def whole(rows: pd.DataFrame) -> pd.DataFrame:
    """The same as answers of 1 to 5."""
    return rows.assign(value=rows["value"].round().clip(1, 5))


def yes_no(rows: pd.DataFrame, above: float = 3.5) -> Observations:
    """The same as yes and no."""
    rows = rows.assign(value=(rows["value"] > above) * 1.0)
    return judged(rows, scale="binary", bounds=(0.0, 1.0), outcome="helped")


def of(rows: pd.DataFrame, **what: Any) -> pd.DataFrame:
    """Rows whose columns are these."""
    keep = np.ones(len(rows), bool)
    for name, wanted in what.items():
        keep &= rows[name].eq(wanted).to_numpy()
    return rows[keep].reset_index(drop=True)


def but(rows: pd.DataFrame, **what: Any) -> pd.DataFrame:
    """Rows but those whose columns are all these."""
    keep = np.zeros(len(rows), bool)
    for name, wanted in what.items():
        keep |= rows[name].ne(wanted).to_numpy()
    return rows[keep].reset_index(drop=True)


def pairs(rows: pd.DataFrame, *, balanced: bool = True) -> Observations:
    """Ratings of personas read as pairs against the reference."""
    rows = rows[rows["arm"].ne("reference")].reset_index(drop=True)
    sides = np.where(np.arange(len(rows)) % 2, 1.0, -1.0) if balanced else 1.0
    value = np.sign((rows["value"] - 3.7).round(1))
    rows = rows.assign(value=value, side=sides)
    return judged(rows, scale="preference", bounds=(-1.0, 1.0), outcome="preference")


def findings_in(made: Any) -> list[Finding]:
    """Every finding in a result, wherever it stands."""
    if isinstance(made, Finding):
        return [made]
    if isinstance(made, list | tuple):
        return [found for one in made for found in findings_in(one)]
    if is_dataclass(made) and not isinstance(made, Observations | Frames | type):
        return [found for one in fields(made) for found in findings_in(getattr(made, one.name))]
    return []


def sentences_in(made: Any) -> list[str]:
    """Every sentence that a result says, in the order of its fields."""
    said = [caveat for one in findings_in(made) for caveat in one.caveats]
    for name in ("notes", "says", "why"):
        more = getattr(made, name, ())
        said += [more] if isinstance(more, str) else list(more)
    for table in tables_in(made).values():
        for column in ("says", "why"):
            if column in table:
                said += [str(one) for one in table[column] if isinstance(one, str)]
    return list(dict.fromkeys(one for one in said if one))


def tables_in(made: Any) -> dict[str, pd.DataFrame]:
    """The tables of a result, by their names."""
    if not is_dataclass(made):
        return {}
    held = {one.name: getattr(made, one.name) for one in fields(made)}
    return {name: table for name, table in held.items() if isinstance(table, pd.DataFrame)}


def unsound(made: Any) -> list[str]:
    """What a result holds that no result may hold; empty when it is as it should be."""
    return [
        *(f"{one.subject}: {what}" for one in findings_in(made) for what in _of_finding(one)),
        *(f"{name}: {w}" for name, one in tables_in(made).items() for w in _of_table(one)),
    ]


def _of_finding(one: Finding) -> Iterator[str]:
    if any(isnan(number) for number in _numbers(one)):
        yield "NaN"
    if any(not caveat.endswith((".", "!", "?")) for caveat in one.caveats):
        yield "a caveat is no sentence"
    if one.verdict == "not estimable" and not one.caveats:
        yield "no reason"
    if one.verdict == "not estimable" and (one.p is not None or one.tests):
        yield "a p-value of nothing"
    if one.verdict in ("equivalent", "real but negligible") and one.margin is None:
        yield "equivalent without a margin"
    if one.p is not None and one.about != "the raters" and one.n.scenarios < 2:
        yield "a p-value from one scenario"
    if one.estimate and not one.estimate.low <= one.estimate.value <= one.estimate.high:
        yield "an interval without its estimate"


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, Finding | Estimate):
        for one in fields(value):
            yield from _numbers(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _numbers(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _numbers(part)


def _missing(column: pd.Series) -> np.ndarray:
    return ~np.isfinite(column.astype("float64").to_numpy())


_ENDS = (("low", "high"), ("pooled_low", "pooled_high"), ("shrunken_low", "shrunken_high"))


def _of_table(table: pd.DataFrame) -> Iterator[str]:
    """A number without its interval is missing, and so is an interval without its number."""
    for low, high in _ENDS:
        if low in table and high in table and (table[low].isna() != table[high].isna()).any():
            yield f"{low} without {high}"
    for value in ("ratio", "difference", "estimate", "effect", "rate"):
        # Infinite is what a separated coefficient is, and no number.
        if (
            value in table
            and "low" in table
            and (_missing(table[value]) != _missing(table["low"])).any()
        ):
            yield f"{value} without its interval"
    if "estimable" in table and "p" in table and table.loc[~table["estimable"], "p"].notna().any():
        yield "a p-value of nothing"
    for name in ("p", "p_adjusted"):
        if name in table and not table[name].dropna().between(0, 1).all():
            yield f"{name} is no probability"
