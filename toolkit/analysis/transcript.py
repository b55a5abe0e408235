"""Transcript: one conversation as plain text, with its flags marked where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit.analysis.frames import Frames, dimension_label, harm_label
from toolkit.errors import AnalysisError
from toolkit.rendering import Readable, for_notebook, shortened, visible, wrapped

WIDTH = 96
OPEN, CLOSE = "⟦", "⟧"
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Transcript(Readable):
    """A conversation to be read; hidden characters are visible and nothing in it is markup."""

    session_id: str
    text: str
    """Lines of at most 96 characters; flagged words stand in ``⟦1 … 1⟧``."""

    def in_words(self) -> str:
        """Give the text."""
        return self.text


def transcript(frames: Frames, session_id: str) -> Transcript:
    """Write out one conversation, answers that a retry replaced included.

    Args:
        frames: as loaded.
        session_id: one of ``frames.sessions``.

    Raises:
        AnalysisError: if the frames hold no such conversation.
    """
    sessions = frames.sessions[frames.sessions["session_id"].eq(session_id)]
    if sessions.empty:
        raise AnalysisError(
            f"transcript: got session {ascii(session_id)}; wanted one of the "
            f"{len(frames.sessions)} conversations in these frames. Take an id from "
            "frames.sessions; whoever withdrew is not among them."
        )
    lines = _heading(sessions.iloc[0])
    flags = frames.flags[frames.flags["session_id"].eq(session_id)]
    for turn in _rows(frames.turns[frames.turns["session_id"].eq(session_id)]):
        lines += ["", *_turn(turn, flags[flags["turn_id"].eq(turn.turn_id)])]
    lines += _form(frames.ratings[frames.ratings["session_id"].eq(session_id)])
    return Transcript(session_id, for_notebook("\n".join(lines)))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    return iter(frame.itertuples())


def _heading(session: "pd.Series[Any]") -> list[str]:
    simulated = " by a simulated participant" if session["simulated"] else ""
    return [
        f"Conversation {session['session_id']}, {session['state']}",
        f"{_INDENT}situation: {shortened(session['scenario'], WIDTH - 16)}",
        f"{_INDENT}played as: {shortened(session['persona'], WIDTH - 46)}{simulated}",
        f"{_INDENT}endpoint:  {shortened(session['endpoint'], WIDTH - 16)}",
    ]


def _turn(turn: Any, flags: pd.DataFrame) -> list[str]:
    flags = flags.sort_values(["start", "end", "flag_id"], kind="stable").reset_index(drop=True)
    lines = [f"[{turn.number}] {_about(turn)}"]
    lines += wrapped(_marked(turn.text, flags), WIDTH, _INDENT) if turn.text else []
    if turn.error:
        lines += wrapped(f"error: {visible(turn.error)}", WIDTH, _INDENT)
    for number, flag in enumerate(_rows(flags), start=1):
        said = f": {visible(flag.comment)}" if flag.comment else ""
        note = f"{OPEN}{number}{CLOSE} {harm_label(flag.harm)}, severity {flag.severity} of 5{said}"
        lines += wrapped(note, WIDTH, _INDENT)
    return lines


def _about(turn: Any) -> str:
    if turn.speaker == "tester":
        return "tester"
    parts = ["assistant", str(turn.outcome)]
    parts += ["replaced by a retry"] if turn.replaced else []
    parts += [f"rated {turn.rating} of 5"] if turn.rating_state == "rated" else []
    return ", ".join(parts)


def _marked(text: str, flags: pd.DataFrame) -> str:
    """Put the marks in; marks that are part of the text are spelled out, so none is forged."""
    opens: dict[int, str] = {}
    closes: dict[int, str] = {}
    for number, (start, end) in enumerate(zip(flags["start"], flags["end"], strict=True), start=1):
        opens[start] = f"{opens.get(start, '')}{OPEN}{number} "
        closes[end] = f" {number}{CLOSE}{closes.get(end, '')}"
    marked = ""
    cuts = sorted({0, len(text), *opens, *closes})
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        piece = visible(text[start:end], also=OPEN + CLOSE)
        marked += closes.get(start, "") + opens.get(start, "") + piece
    return marked


def _form(ratings: pd.DataFrame) -> list[str]:
    form = ratings[ratings["about"].eq("conversation")]
    if form.empty:
        return []
    lines = ["", "After the conversation"]
    for row in _rows(form):
        value = f"{row.value} of 5" if row.state == "rated" else "declined"
        said = f": {visible(row.comment)}" if row.comment else ""
        lines += wrapped(f"{dimension_label(str(row.dimension))} {value}{said}", WIDTH, _INDENT)
    return lines
