"""From the record to tidy frames, with an account of every row left out.

What stands is decided as the record's views decide it: the last rating of a question counts, a
flag that was corrected or taken back does not, and a participant who withdrew is left out with
everything they said. Answers that a retry replaced stay in ``turns``, marked, because a rating or
a flag may be about them.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from toolkit.analysis.columns import Stage, conform
from toolkit.analysis.derive import (
    derive_flags,
    derive_participants,
    derive_ratings,
    derive_sessions,
    derive_turns,
)
from toolkit.analysis.reasons import KEPT, Reasons, account, why_left_out
from toolkit.analysis.tables import KINDS, Tables, read_tables
from toolkit.errors import AnalysisError
from toolkit.record import Entry, Record


class Frames(NamedTuple):
    """Five tidy frames and the account of what is not in them; ``columns`` describes each."""

    participants: pd.DataFrame
    """One row a participant, by seat."""
    sessions: pd.DataFrame
    """One row a conversation, by when it began."""
    turns: pd.DataFrame
    """One row a thing said, in the order of ``sessions`` and then as it was said."""
    ratings: pd.DataFrame
    """One row a rating that stands, ``declined`` ones included."""
    flags: pd.DataFrame
    """One row a flag that stands."""
    dropped: pd.DataFrame
    """One row a frame: how many rows the record holds, how many are kept, and why not the rest."""


def load_frames(
    record: Record, *, stage: Stage | None = None, simulated: bool | None = None
) -> Frames:
    """Read a record into frames.

    Args:
        record: opened; it is only read.
        stage: only conversations of this stage; None: both, told apart by the column ``stage``.
        simulated: True: only simulated participants; False: only people; None: both, told apart
            by the column ``simulated``.

    Raises:
        RecordUnreadable: if a row cannot be read.
    """
    return frames_of(record.entries(kinds=KINDS), stage=stage, simulated=simulated)


def frames_of(
    entries: Iterable[Entry], *, stage: Stage | None = None, simulated: bool | None = None
) -> Frames:
    """Make frames from entries, as ``load_frames`` does from a record.

    Args:
        entries: in any order, except that those of one conversation are in the order they were
            kept.
        stage: as for ``load_frames``.
        simulated: as for ``load_frames``.
    """
    # Texts may hold lone surrogates, which only this storage takes.
    with pd.option_context("mode.string_storage", "python"):
        return _frames(read_tables(entries), stage, simulated)


def require_stage(frame: pd.DataFrame, stage: Stage) -> None:
    """Refuse rows of the wrong stage.

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


def _frames(tables: Tables, stage: Stage | None, simulated: bool | None) -> Frames:
    reasons = why_left_out(tables, stage=stage, simulated=simulated)
    kept = _kept(tables, reasons)
    sessions = derive_sessions(kept)
    return Frames(
        participants=derive_participants(kept, sessions),
        sessions=sessions,
        turns=derive_turns(kept, sessions),
        ratings=derive_ratings(kept, sessions),
        flags=derive_flags(kept, sessions),
        dropped=conform("dropped", account(tables, reasons)),
    )


def _kept(tables: Tables, reasons: Reasons) -> Tables:
    stay = {
        name: getattr(tables, name)[why.eq(KEPT).to_numpy()].reset_index(drop=True)
        for name, why in zip(Reasons._fields, reasons, strict=True)
    }
    return tables._replace(**stay)
