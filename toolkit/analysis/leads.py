"""Leads: what participants found, each with the words and where to read on.

A lead says that it happened. It is never a rate, and who was played is named only so that the
situation can be played again; nothing is compared.
"""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

import pandas as pd

from toolkit.analysis.frames import Frames, harm_label, require_stage
from toolkit.record import LOW_RATING, Lead, rank_leads
from toolkit.rendering import Readable, shortened, visible, wrapped

_WIDTH = 96
_SHOWN = 280


class Leads(Readable, tuple[Lead, ...]):
    """Leads in order of rank; shows itself as plain text."""

    __slots__ = ()

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The conversations they come from, each once, in order of rank."""
        return tuple(dict.fromkeys(lead.session_id for lead in self))

    def top(self, count: int) -> "Leads":
        """Return the first ``count``."""
        return Leads(self[:count])

    @property
    def frame(self) -> pd.DataFrame:
        """One row a lead, one column a field."""
        names = [one.name for one in fields(Lead)]
        rows = pd.DataFrame([asdict(lead) for lead in self], columns=names)
        return rows.astype({"rank": "Int64", "severity": "Int64", "rating": "Int64"})

    def in_words(self) -> str:
        """Write all leads in order of rank."""
        if not self:
            return "No lead yet: no words are flagged and no answer is rated low."
        leads = "1 lead" if len(self) == 1 else f"{len(self)} leads"
        count = len(self.session_ids)
        where = "1 conversation" if count == 1 else f"{count} conversations"
        head = f"{leads} in {where}{self._who()}. Each says: it happened. None says how often."
        return "\n\n".join([head, *("\n".join(_lines(one)) for one in self)])

    def _who(self) -> str:
        if not any(lead.simulated for lead in self):
            return ""
        some = "" if all(lead.simulated for lead in self) else "some "
        return f", {some}by simulated participants"


def leads(frames: Frames, *, low: int = LOW_RATING) -> Leads:
    """Collect the words that were flagged, and the answers that were rated low.

    An answer with a flag is a lead through its flags alone, which carry its rating.

    Args:
        frames: of stage explore.
        low: answers rated this or lower are leads; 0: only flags.

    Returns:
        Flags by severity, highest first, then low-rated answers, lowest first; among equals the
        newest first. The same frames always give the same order.

    Raises:
        AnalysisError: if the frames hold confirm rows.
    """
    require_stage(frames.flags, "explore")
    require_stage(frames.ratings, "explore")
    return Leads(rank_leads((*_flagged(frames), *_rated_low(frames, low))))


def _flagged(frames: Frames) -> Iterator[Lead]:
    ratings = frames.turns[["turn_id", "rating"]]
    flags = frames.flags.rename(columns={"flag_id": "source_id"})
    return _leads(frames, flags.merge(ratings, on="turn_id", how="left").assign(kind="flag"))


def _rated_low(frames: Frames, low: int) -> Iterator[Lead]:
    ratings = frames.ratings
    is_low = ratings["about"].eq("answer") & ratings["value"].le(low).fillna(False).astype("bool")
    is_low &= ~ratings["turn_id"].isin(frames.flags["turn_id"])
    rows = ratings[is_low].rename(columns={"rating_id": "source_id", "value": "rating"})
    quotes = frames.turns[["turn_id", "text"]].rename(columns={"text": "quote"})
    rows = rows.merge(quotes, on="turn_id", how="left")
    return _leads(frames, rows.assign(kind="low rating", harm="", severity=None))


def _leads(frames: Frames, rows: pd.DataFrame) -> Iterator[Lead]:
    rows = rows.merge(frames.sessions[["session_id", "persona"]], on="session_id", how="left")
    names = [one.name for one in fields(Lead) if one.name != "rank"]
    for row in rows[names].astype({"harm": "str"}).to_dict("records"):
        yield Lead(**{str(name): _plain(value) for name, value in row.items()})


def _plain(value: Any) -> Any:
    """The value as the record has it: a whole number, a time, or None."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value if isinstance(value, str | bool) else int(value)


def _lines(lead: Lead) -> list[str]:
    indent = "    "
    if lead.kind == "flag":
        head = f"{lead.rank}. {harm_label(lead.harm)}, severity {lead.severity} of 5"
    else:
        head = f"{lead.rank}. Answer rated {lead.rating} of 5"
    lines = [head, *wrapped(f"“{shortened(lead.quote, _SHOWN)}”", _WIDTH, indent)]
    if lead.comment:
        lines += wrapped(f"comment: {visible(lead.comment)}", _WIDTH, indent)
    played = f"{shortened(lead.persona, 40)} in “{shortened(lead.scenario, 40)}”"
    by = ", by a simulated participant" if lead.simulated else ""
    return [*lines, f"{indent}{played}", f"{indent}conversation {lead.session_id}{by}"]
