"""Reasons why a row of the record is not in a frame: each row gets one, or none.

The first that applies, in this order: its parent is missing; its participant withdrew; it was not
asked for; a later row replaced it. The counts therefore add up to what the record holds.
"""

from typing import Any, NamedTuple

import pandas as pd

from toolkit.analysis.frames.column import Stage
from toolkit.analysis.frames.columns import REASONS
from toolkit.analysis.frames.tables import Tables

KEPT = ""
"""The reason of a row that is in its frame."""


class Reasons(NamedTuple):
    """For each table one text a row: why it is left out, or nothing."""

    participants: "pd.Series[str]"
    sessions: "pd.Series[str]"
    turns: "pd.Series[str]"
    ratings: "pd.Series[str]"
    flags: "pd.Series[str]"


def why_left_out(tables: Tables, *, stage: Stage | None, simulated: bool | None) -> Reasons:
    """Give each row the first reason that applies to it.

    Args:
        tables: everything the record holds.
        stage: the stage asked for; None: both.
        simulated: whether simulated participants were asked for; None: both kinds.
    """
    people = _people(tables, simulated)
    sessions = inherited(tables.sessions, "participant_id", tables.participants, people)
    if stage is not None:
        sessions = first_of(sessions, other_stage=tables.sessions["stage"].ne(stage))
    turns, ratings, flags = (
        inherited(table, "session_id", tables.sessions, sessions)
        for table in (tables.turns, tables.ratings, tables.flags)
    )
    return Reasons(people, sessions, turns, _judged(tables, ratings), _flagged(tables, flags))


def account(tables: Tables, reasons: Reasons) -> pd.DataFrame:
    """Count, a frame at a time, the rows in the record, those kept and those left out.

    Args:
        tables: everything the record holds of the explore stage.
        reasons: for each row of the tables, why it is left out, or nothing.
    """
    rows = []
    for name, why in zip(Reasons._fields, reasons, strict=True):
        counts = why.value_counts()
        left_out = {reason: int(counts.get(reason, 0)) for reason in REASONS}
        kept = int(counts.get(KEPT, 0))
        rows.append({"frame": name, "in_record": len(why), "kept": kept, **left_out})
    return pd.DataFrame(rows)


def _people(tables: Tables, simulated: bool | None) -> "pd.Series[str]":
    people = tables.participants
    is_simulated = people["simulated"].astype("bool")
    return first_of(
        pd.Series(KEPT, index=people.index, dtype="str"),
        withdrawn=people["participant_id"].isin(tables.withdrawals["participant_id"]),
        simulated=is_simulated & (simulated is False),
        not_simulated=~is_simulated & (simulated is True),
    )


def inherited(
    rows: pd.DataFrame, key: str, parents: pd.DataFrame, why: "pd.Series[str]"
) -> "pd.Series[str]":
    """Pass reasons down: what keeps a parent out keeps its rows out; no parent makes an orphan.

    Args:
        rows: the table of children, n rows.
        key: the column that names the parent, in both tables.
        parents: the table of parents, m rows.
        why: for each parent why it is left out, or nothing, shape (m,).
    """
    of_parent = pd.Series(why.to_numpy(), index=parents[key].to_numpy(), dtype="str")
    return rows[key].map(of_parent).fillna("orphan").astype("str")


def _judged(tables: Tables, why: "pd.Series[str]") -> "pd.Series[str]":
    ratings = tables.ratings
    return first_of(
        why,
        orphan=ratings["turn_id"].notna() & ~ratings["turn_id"].isin(tables.turns["turn_id"]),
        superseded=ratings.duplicated(["session_id", "turn_id", "question"], keep="last"),
    )


def _flagged(tables: Tables, why: "pd.Series[str]") -> "pd.Series[str]":
    flags = tables.flags
    retraction = flags["retracted"].astype("bool")
    return first_of(
        why,
        orphan=~flags["turn_id"].isin(tables.turns["turn_id"]),
        retraction=retraction,
        retracted=flags["flag_id"].isin(flags["supersedes"][retraction]),
        superseded=flags["flag_id"].isin(flags["supersedes"].dropna()),
    )


def first_of(why: "pd.Series[str]", **reasons: "pd.Series[Any]") -> "pd.Series[str]":
    """Add reasons in the order given, to rows that have none yet."""
    for reason, applies in reasons.items():
        why = why.mask(why.eq(KEPT) & applies.astype("bool"), reason)
    return why
