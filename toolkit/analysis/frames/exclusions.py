"""Reasons why a row of the record is in no frame, or in no comparison.

Both times the first reason that applies is given, so the counts add up: what the record holds is
what was left out and what was kept; what was kept is what is kept apart and what is compared.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.analysis.frames.column import Stage
from toolkit.analysis.frames.columns import COLUMNS, REPLIES_APART
from toolkit.analysis.frames.record_tables import Tables

KEPT = ""
"""The reason of a row that is in its frame, or in comparisons."""
EXPLORE = ("participants", "sessions", "turns", "ratings", "flags")
CONFIRM = ("replies", "raters", "items", "item_ratings", "choices", "guesses")


def why_left_out(
    tables: Tables, *, stage: Stage | None, simulated: bool | None, confirm_hash: str | None
) -> dict[str, "pd.Series[str]"]:
    """Give each row of each table the first reason that applies to it, or nothing.

    In this order: its parent is missing or left out; it was not asked for; a later row replaced it.

    Args:
        tables: everything the record holds.
        stage: the stage asked for; None: both.
        simulated: whether simulated participants were asked for; None: both kinds.
        confirm_hash: the confirm freeze asked for; None: all.
    """
    people = _people(tables, simulated)
    sessions = _inherited(tables, "sessions", "participant_id", "participants", people)
    if stage is not None:
        sessions = first_of(sessions, other_stage=tables["sessions"]["stage"].ne(stage))
    raters = _inherited(tables, "raters", "participant_id", "participants", people)
    raters = _not_asked(raters, tables["raters"], stage, confirm_hash)
    items = _inherited(tables, "items", "session_id", "raters", raters)
    items = first_of(items, orphan=_replyless(tables))
    return {
        "participants": people,
        "sessions": sessions,
        "turns": _inherited(tables, "turns", "session_id", "sessions", sessions),
        "ratings": _of_turn(tables, "ratings", sessions),
        "flags": _of_turn(tables, "flags", sessions),
        "replies": _not_asked(_unsent(tables), tables["replies"], stage, confirm_hash),
        "raters": raters,
        "items": items,
        "item_ratings": _of_item(tables, "item_ratings", items),
        "choices": _of_item(tables, "choices", items),
        "guesses": _of_item(tables, "guesses", items),
    }


def account(
    frame: str, names: Sequence[str], why: dict[str, "pd.Series[str]"], made: Tables
) -> pd.DataFrame:
    """Count, a frame at a time, what was left out, kept, kept apart and compared.

    Args:
        frame: the account to be made, whose columns are declared.
        names: frames that it speaks of.
        why: for each row of the tables, why it is left out, or nothing.
        made: the finished frames; one with a column ``apart`` says there what is not compared.
    """
    rows = []
    for name in names:
        apart = made[name].get("apart", pd.Series(dtype="object")).dropna()
        left_out, kept = why[name].value_counts(), int(why[name].eq(KEPT).sum())
        counts = {**left_out.to_dict(), **apart.value_counts().to_dict()}
        rows.append(
            {"frame": name, "in_record": len(why[name]), "kept": kept, **counts}
            | {"compared": kept - len(apart)}
        )
    return pd.DataFrame(rows).reindex(columns=[one.name for one in COLUMNS[frame]]).fillna(0)


def reply_apart(replies: pd.DataFrame) -> "pd.Series[str]":
    """Say why a reply is in no comparison of quality, or nothing.

    Args:
        replies: with ``outcome`` and ``replaced``.
    """
    endings = {name: replies["outcome"].eq(name) for name in REPLIES_APART}
    return first_of(nothing(replies), **endings | {"replaced": replies["replaced"]})


def first_of(why: "pd.Series[str]", **reasons: "pd.Series[Any]") -> "pd.Series[str]":
    """Add reasons in the order given, to rows that have none yet."""
    for reason, applies in reasons.items():
        why = why.mask(why.eq(KEPT) & applies.astype("bool"), reason)
    return why


def nothing(rows: pd.DataFrame) -> "pd.Series[str]":
    """Give no reason for any row."""
    return pd.Series(KEPT, index=rows.index, dtype="str")


def _people(tables: Tables, simulated: bool | None) -> "pd.Series[str]":
    people = tables["participants"]
    is_simulated = people["simulated"].astype("bool")
    return first_of(
        nothing(people),
        withdrawn=people["participant_id"].isin(tables["withdrawals"]["participant_id"]),
        simulated=is_simulated & (simulated is False),
        not_simulated=~is_simulated & (simulated is True),
    )


def _inherited(
    tables: Tables, rows: str, key: str, parents: str, why: "pd.Series[str]"
) -> "pd.Series[str]":
    """Pass reasons down: what keeps a parent out keeps its rows out; no parent makes an orphan."""
    of_parent = pd.Series(why.to_numpy(), index=tables[parents][key].to_numpy(), dtype="str")
    return tables[rows][key].map(of_parent).astype("object").fillna("orphan").astype("str")


def _of_turn(tables: Tables, name: str, sessions: "pd.Series[str]") -> "pd.Series[str]":
    """Leave out what is about a turn its session does not hold; a rating may be about no turn."""
    unknown = tables[name]["turn_id"].notna() & ~_of_own(tables, name, "turn_id", "turns")
    why = _inherited(tables, name, "session_id", "sessions", sessions)
    return _standing(first_of(why, orphan=unknown), tables[name])


def _of_own(tables: Tables, rows: str, key: str, named: str) -> "pd.Series[bool]":
    """Tell which rows name one of their own session."""
    pairs = [
        pd.MultiIndex.from_frame(tables[one][["session_id", key]].astype("str"))
        for one in (rows, named)
    ]
    return pd.Series(pairs[0].isin(pairs[1]), index=tables[rows].index)


def _standing(why: "pd.Series[str]", rows: pd.DataFrame) -> "pd.Series[str]":
    """Add why rows do not stand, to those that have no reason yet."""
    return why.mask(why.eq(KEPT), rows["overruled"])


def _unsent(tables: Tables) -> "pd.Series[str]":
    replies, sweeps = tables["replies"], tables["sweeps"]
    unswept = ~replies["sweep_id"].isin(sweeps["sweep_id"])
    other_run = unswept & ~replies["confirm_hash"].isin(sweeps["confirm_hash"])
    return first_of(nothing(replies), other_run=other_run, orphan=unswept)


def _not_asked(
    why: "pd.Series[str]", rows: pd.DataFrame, stage: Stage | None, confirm_hash: str | None
) -> "pd.Series[str]":
    if stage == "explore":
        why = first_of(why, other_stage=pd.Series(True, index=rows.index))
    if confirm_hash is not None:
        why = first_of(why, other_freeze=rows["confirm_hash"].ne(confirm_hash))
    return why


def _replyless(tables: Tables) -> "pd.Series[bool]":
    sides = tables["items"][["unit_id", "left_unit_id", "right_unit_id"]]
    return (sides.notna() & ~sides.isin(set(tables["replies"]["unit_id"]))).any(axis=1)


def _of_item(tables: Tables, name: str, items: "pd.Series[str]") -> "pd.Series[str]":
    why = first_of(
        _inherited(tables, name, "item_id", "items", items),
        orphan=~_of_own(tables, name, "item_id", "items"),
    )
    return _standing(why, tables[name])
