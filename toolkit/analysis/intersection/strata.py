"""Personas put into strata of crossed factors, and the random factors that their rows support."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from toolkit.analysis.frames import (
    OBSERVATION_COLUMNS,
    Observations,
    require_observations,
    require_stage,
)
from toolkit.errors import AnalysisError

STRATUM = "stratum"
_CANDIDATES = (STRATUM, "persona", "rater", "scenario", "contrast", "scenario:persona", "reply")
"""From what matters most; a later factor that parts rows as an earlier one does is left out."""
_ROWS_A_LEVEL = 2
"""With fewer rows a level on average, a factor cannot be told from the rest."""


@dataclass(frozen=True, slots=True)
class Strata:
    """Rows of one outcome, each in its stratum."""

    factors: tuple[str, ...]
    rows: pd.DataFrame = field(repr=False)
    """Columns of the observations, the factors, and ``stratum``."""
    table: pd.DataFrame = field(repr=False)
    """One row a stratum: ``stratum``, the factors, ``personas raters scenarios replies
    observations``."""
    groups: tuple[str, ...]
    """Random factors of the model, ``stratum`` first."""
    notes: tuple[str, ...]


def strata_of(observations: Observations, factors: Sequence[str]) -> Strata:
    """Put every observation of the reference and the personas into its stratum.

    The null arms repeat the reference persona and are left out.

    Args:
        observations: of stage confirm.
        factors: two or more columns of ``observations.people``.

    Raises:
        AnalysisError: if a factor is not known, or rows are of the wrong stage.
    """
    require_observations(observations, "intersections")
    require_stage(observations.frame, "confirm")
    _require_factors(observations, factors)
    frame = observations.frame
    rows = frame[frame["arm"].isin(["reference", "swap"]).to_numpy()]
    people = observations.people[list(factors)].astype("object")
    who = rows["persona"].astype("str")
    placed = rows.reset_index(drop=True)
    for factor in factors:
        placed[factor] = pd.Categorical(who.map(people[factor]).to_numpy())
    known = placed[list(factors)].notna().all(axis=1)
    notes = []
    if not known.all():
        names = sorted(set(placed.loc[~known, "persona"].astype("str")))
        notes.append(
            f"{int((~known).sum())} observations are left out, because a factor of their persona "
            f"is not known: {', '.join(names)}."
        )
    placed = placed[known.to_numpy()].reset_index(drop=True)
    placed[STRATUM] = _labels(placed, factors)
    groups, more = _groups(placed)
    return Strata(tuple(factors), placed, _counted(placed, factors), groups, (*notes, *more))


def _require_factors(observations: Observations, factors: Sequence[str]) -> None:
    known = [str(one) for one in observations.people.columns]
    if len(set(factors)) < 2 or set(factors) - set(known):
        raise AnalysisError(
            f"intersections: got the factors {', '.join(factors) or 'none'}; wanted two or more "
            f"of those the personas have: {', '.join(known) or 'none'}. Name some of these."
        )
    taken = {one.name for one in OBSERVATION_COLUMNS} | {STRATUM}
    clash = [one for one in factors if one in taken]
    if clash:
        raise AnalysisError(
            f"intersections: got a factor named {clash[0]!r}, which a column of the observations "
            "is named too; wanted another name. Rename it in the table of personas."
        )


def _labels(rows: pd.DataFrame, factors: Sequence[str]) -> pd.Categorical:
    codes = rows.groupby(list(factors), observed=True, sort=True).ngroup().to_numpy()
    first = rows.assign(_code=codes).drop_duplicates("_code").sort_values("_code")
    names = [
        ", ".join(f"{factor}: {value}" for factor, value in zip(factors, values, strict=True))
        for values in first[list(factors)].itertuples(index=False)
    ]
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="str"))


def _counted(rows: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    by = rows.groupby(STRATUM, observed=True, sort=True)
    table = by[list(factors)].first()
    for name, column in (
        ("personas", "persona"),
        ("raters", "rater"),
        ("scenarios", "scenario"),
        ("replies", "reply"),
    ):
        table[name] = by[column].nunique()
    table["observations"] = by["weight"].sum()
    return table.reset_index().astype({STRATUM: "str"})


def _groups(rows: pd.DataFrame) -> tuple[tuple[str, ...], list[str]]:
    """Keep the random factors that the rows can tell apart."""
    kept: dict[str, np.ndarray] = {}
    notes = []
    for name in _CANDIDATES:
        codes = rows.groupby(name.split(":"), observed=True, dropna=False).ngroup().to_numpy()
        levels = int(codes.max(initial=-1)) + 1
        if levels < 2 or (len(rows) < _ROWS_A_LEVEL * levels and name != STRATUM):
            continue
        if rows[name.split(":")].isna().any(axis=None):
            continue
        same = next((other for other, seen in kept.items() if _same(codes, seen)), None)
        if same is None:
            kept[name] = codes
        elif (same, name) == (STRATUM, "persona"):
            notes.append(
                "Every stratum has one persona, so stratum and persona cannot be told apart: "
                "what is said of a stratum is said of that persona."
            )
    alone = rows.groupby(STRATUM, observed=True)["persona"].nunique().eq(1)
    if "persona" in kept and alone.any():
        notes.append(
            f"{int(alone.sum())} of {len(alone)} strata have one persona: there, persona and "
            "stratum are told apart by the spread in the others alone."
        )
    return tuple(kept), notes


def _same(codes: np.ndarray, other: np.ndarray) -> bool:
    """Whether two factors part the rows in the same way."""
    pairs = len(np.unique(codes.astype(np.int64) * (int(other.max()) + 1) + other))
    return pairs == len(np.unique(codes)) == len(np.unique(other))
