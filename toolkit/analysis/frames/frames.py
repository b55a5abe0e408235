"""Tidy frames of a record, with an account of every row left out.

What stands is decided as the record's views decide it: the last rating of a question counts, a
flag that was corrected or taken back does not, and a participant who withdrew is left out with
everything they said. Answers that a retry replaced stay in ``turns``, marked, because a rating or
a flag may be about them.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from toolkit.analysis.frames.column import STAGES, Stage
from toolkit.analysis.frames.columns import conform
from toolkit.analysis.frames.confirm_frames import derive_confirm
from toolkit.analysis.frames.exclusions import CONFIRM, EXPLORE, KEPT, account, why_left_out
from toolkit.analysis.frames.explore_frames import derive_explore
from toolkit.analysis.frames.record_tables import KINDS, read_tables
from toolkit.errors import AnalysisError
from toolkit.record import Entry, Record, Row


class Frames(NamedTuple):
    """Tidy frames and the accounts of what is not in them; ``columns`` describes each."""

    participants: pd.DataFrame
    """One row a participant, by seat."""
    sessions: pd.DataFrame
    """One row a conversation, by when it began."""
    turns: pd.DataFrame
    """One row a thing said, in the order of ``sessions`` and then as it was said."""
    ratings: pd.DataFrame
    """One row a rating in a conversation that stands, ``declined`` ones included."""
    flags: pd.DataFrame
    """One row a flag that stands."""
    dropped: pd.DataFrame
    """One row a frame above: how many rows the record holds, how many are kept, and why not the
    rest."""
    replies: pd.DataFrame
    """One row a reply to a unit, as they were kept; one that was sent again is ``replaced``."""
    raters: pd.DataFrame
    """One row a seat taken, by seat."""
    items: pd.DataFrame
    """One row an item handed out to a rater."""
    item_ratings: pd.DataFrame
    """One row a blind rating that stands, joined to its item, reply, contrast and rater."""
    choices: pd.DataFrame
    """One row a choice between two replies that stands, joined likewise."""
    guesses: pd.DataFrame
    """One row a guess that stands, with the persona it was about."""
    confirm_account: pd.DataFrame
    """One row a frame of the confirm stage: what the record holds, what was left out and why, what
    was kept, what is kept apart from comparisons of quality and why, and what is compared."""


def load_frames(
    record: Record,
    *,
    stage: Stage | None = None,
    simulated: bool | None = None,
    confirm_hash: str | None = None,
) -> Frames:
    """Read a record into frames.

    Args:
        record: opened; it is only read.
        stage: only rows of this stage; None: both, told apart by the column ``stage``.
        simulated: True: only simulated participants; False: only people; None: both, told apart
            by the column ``simulated``. Replies come from a machine in any case and stay.
        confirm_hash: only rows of this confirm freeze; None: all, told apart by the column.

    Raises:
        RecordUnreadable: if a row cannot be read.
    """
    # With whoever withdrew: the account says how many rows were left out for it.
    reader = record.read(role="analyst", purpose="analysis", include_withdrawn=True)
    entries = reader.entries(kinds=KINDS)
    return frames_of(entries, stage=stage, simulated=simulated, confirm_hash=confirm_hash)


def frames_of(
    entries: Iterable[tuple[Entry, Row]],
    *,
    stage: Stage | None = None,
    simulated: bool | None = None,
    confirm_hash: str | None = None,
) -> Frames:
    """Make frames from entries, as ``load_frames`` does from a record.

    Args:
        entries: each with its row; in any order, except that those of one conversation are in
            the order they were kept.
        stage: as for ``load_frames``.
        simulated: as for ``load_frames``.
        confirm_hash: as for ``load_frames``.
    """
    if stage not in (None, *STAGES):
        raise AnalysisError(
            f"load_frames: got the stage {stage!r}; wanted 'explore', 'confirm' or None for both. "
            "Choose one."
        )
    # Texts may hold lone surrogates, which only this storage takes.
    with pd.option_context("mode.string_storage", "python"):
        tables = read_tables(entries)
        why = why_left_out(tables, stage=stage, simulated=simulated, confirm_hash=confirm_hash)
        kept = tables | {
            name: tables[name][reason.eq(KEPT).to_numpy()].reset_index(drop=True)
            for name, reason in why.items()
        }
        made = derive_explore(kept, tables["raters"]) | derive_confirm(kept, tables["ends"])
        return Frames(
            **made,
            dropped=conform("dropped", account("dropped", EXPLORE, why, made)),
            confirm_account=conform(
                "confirm_account", account("confirm_account", CONFIRM, why, made)
            ),
        )


def require_stage(frame: pd.DataFrame, stage: Stage) -> None:
    """Refuse rows of the wrong stage.

    Args:
        frame: any that ``load_frames`` made, or observations.
        stage: ``explore`` or ``confirm``, the only one its rows may be of.

    Raises:
        AnalysisError: if ``frame`` has no column ``stage``, or holds rows of another stage.
    """
    if "stage" not in frame:
        raise AnalysisError(
            f"analysis: got a frame without a column 'stage'; wanted rows of stage {stage!r}. Pass "
            "a frame that `load_frames` made."
        )
    others = frame["stage"][frame["stage"].ne(stage)]
    if others.empty:
        return
    found = " and ".join(repr(name) for name in sorted(set(others.astype("str"))))
    raise AnalysisError(
        f"analysis: got {len(others)} of {len(frame)} rows of stage {found}; wanted stage "
        f"{stage!r} alone, because explore finds and confirm measures. Load the frames with "
        f"stage={stage!r}."
    )
