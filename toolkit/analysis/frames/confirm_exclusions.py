"""Reasons why a row of the confirm stage is in no frame, or in no comparison.

Both times the first reason that applies is given, so the counts add up: what the record holds is
what was left out and what was kept; what was kept is what is kept apart and what is compared.
"""

from typing import NamedTuple

import pandas as pd

from toolkit.analysis.frames.column import Stage
from toolkit.analysis.frames.confirm_columns import APART, LEFT_OUT, OUTCOMES_APART
from toolkit.analysis.frames.confirm_tables import ConfirmTables
from toolkit.analysis.frames.exclusions import KEPT, first_of, inherited


class ConfirmReasons(NamedTuple):
    """For each table one text a row: why it is left out, or nothing."""

    replies: "pd.Series[str]"
    raters: "pd.Series[str]"
    items: "pd.Series[str]"
    item_ratings: "pd.Series[str]"
    choices: "pd.Series[str]"
    guesses: "pd.Series[str]"


def why_not_in_frames(
    tables: ConfirmTables,
    participants: pd.DataFrame,
    people: "pd.Series[str]",
    *,
    stage: Stage | None,
    confirm_hash: str | None,
) -> ConfirmReasons:
    """Give each row the first reason that applies to it.

    Args:
        tables: everything the record holds of the confirm stage.
        participants: everybody the record holds.
        people: for each of them, why they are left out, or nothing.
        stage: the stage asked for; None: both.
        confirm_hash: the confirm freeze asked for; None: all.
    """
    raters = inherited(tables.raters, "participant_id", participants, people)
    raters = _not_asked(raters, tables.raters, stage, confirm_hash)
    items = first_of(
        inherited(tables.items, "session_id", tables.raters, raters), orphan=_replyless(tables)
    )
    said = tables.item_ratings
    chosen = tables.choices
    return ConfirmReasons(
        replies=_replies(tables, stage, confirm_hash),
        raters=raters,
        items=items,
        item_ratings=first_of(
            _of_item(said, tables, items),
            superseded=said.duplicated(["item_id", "question"], keep="last")
            | _passed_later(said, tables),
        ),
        choices=first_of(
            _of_item(chosen, tables, items),
            superseded=chosen.duplicated("item_id", keep="last") | _passed_later(chosen, tables),
        ),
        guesses=first_of(
            _of_item(tables.guesses, tables, items),
            superseded=tables.guesses.duplicated("item_id", keep="last"),
        ),
    )


def reply_apart(replies: pd.DataFrame) -> "pd.Series[str]":
    """Say why a reply is in no comparison of quality, or nothing.

    Args:
        replies: with ``outcome`` and ``replaced``.
    """
    outcomes = {name: replies["outcome"].eq(name) for name in OUTCOMES_APART[1:]}
    why = pd.Series(KEPT, index=replies.index, dtype="str")
    return first_of(why, replaced=replies["replaced"], **outcomes)


def count_account(
    tables: ConfirmTables, reasons: ConfirmReasons, derived: NamedTuple
) -> pd.DataFrame:
    """Count, a frame at a time, what was left out, kept, kept apart and compared.

    Args:
        tables: everything the record holds of the confirm stage.
        reasons: for each row of the tables, why it is left out, or nothing.
        derived: the finished frames, by the same names; one with a column ``apart`` says there
            what is in no comparison.
    """
    rows = []
    for name, why in zip(ConfirmReasons._fields, reasons, strict=True):
        counts = why.value_counts()
        frame = getattr(derived, name)
        apart = frame["apart"].value_counts() if "apart" in frame else pd.Series(dtype="int64")
        kept = int(counts.get(KEPT, 0))
        rows.append(
            {
                "frame": name,
                "in_record": len(why),
                **{reason: int(counts.get(reason, 0)) for reason in LEFT_OUT},
                "kept": kept,
                **{reason: int(apart.get(reason, 0)) for reason in APART},
                "compared": kept - int(apart.sum()),
            }
        )
    return pd.DataFrame(rows)


def _replies(
    tables: ConfirmTables, stage: Stage | None, confirm_hash: str | None
) -> "pd.Series[str]":
    replies, sweeps = tables.replies, tables.sweeps
    unswept = ~replies["sweep_id"].isin(sweeps["sweep_id"])
    why = first_of(
        pd.Series(KEPT, index=replies.index, dtype="str"),
        other_run=unswept & ~replies["confirm_hash"].isin(sweeps["confirm_hash"]),
        orphan=unswept,
    )
    return _not_asked(why, replies, stage, confirm_hash)


def _not_asked(
    why: "pd.Series[str]", rows: pd.DataFrame, stage: Stage | None, confirm_hash: str | None
) -> "pd.Series[str]":
    if stage == "explore":
        why = first_of(why, other_stage=pd.Series(True, index=rows.index))
    if confirm_hash is not None:
        why = first_of(why, other_freeze=rows["confirm_hash"].ne(confirm_hash))
    return why


def _replyless(tables: ConfirmTables) -> "pd.Series[bool]":
    sides = tables.items[["unit_id", "left_unit_id", "right_unit_id"]]
    return (sides.notna() & ~sides.isin(set(tables.replies["unit_id"]))).any(axis=1)


def _of_item(
    rows: pd.DataFrame, tables: ConfirmTables, items: "pd.Series[str]"
) -> "pd.Series[str]":
    return inherited(rows, "item_id", tables.items, items)


def _passed_later(rows: pd.DataFrame, tables: ConfirmTables) -> "pd.Series[bool]":
    passed = rows["item_id"].map(tables.passed.groupby("item_id")["order"].max())
    return passed.astype("float64").gt(rows["order"].astype("float64"))
