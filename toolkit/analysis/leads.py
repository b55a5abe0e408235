"""Leads: what participants found, each with the words and where to read on.

A lead says that it happened. It is never a rate, and who was played is named only so that the
situation can be played again; nothing is compared.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

import pandas as pd

from toolkit.analysis.frames import Frames, harm_label, require_stage
from toolkit.rendering import Readable, shortened, visible, wrapped

LOW = 2
"""An answer rated this or lower is a lead."""
_WIDTH = 96
_SHOWN = 280


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead(Readable):
    """One thing that happened and felt wrong to whoever saw it."""

    rank: int
    """From 1: flags by severity, then answers by rating, the newest first among equals."""
    kind: Literal["flag", "low rating"]
    session_id: str
    turn_id: str
    """The answer."""
    source_id: str
    """The flag's id, or the rating's."""
    quote: str
    """The flagged words, or the whole answer, raw."""
    harm: str
    """Key of the harm, or ``unsure``; empty for a low rating."""
    severity: int | None
    """1 (barely) to 5 (severe); None for a low rating."""
    rating: int | None
    """The answer's own rating, 1 to 5; None when it has none."""
    comment: str
    persona: str
    """Name of who was played."""
    scenario: str
    """Title of the situation."""
    simulated: bool
    at: datetime
    """When it was flagged or rated."""

    def in_words(self) -> str:
        """Write the words, the comment and where they were said."""
        return "\n".join(_lines(self))


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
        return "\n\n".join([head, *map(str, self)])

    def _who(self) -> str:
        if not any(lead.simulated for lead in self):
            return ""
        some = "" if all(lead.simulated for lead in self) else "some "
        return f", {some}by simulated participants"


def leads(frames: Frames, *, low: int = LOW) -> Leads:
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
    found = pd.concat([_flagged(frames), _rated_low(frames, low)])
    found = found.merge(frames.sessions[["session_id", "persona"]], on="session_id", how="left")
    found = found.sort_values(
        ["kind", "urgency", "at", "source_id"], ascending=[True, False, False, True], kind="stable"
    )
    return Leads(_lead(rank, row) for rank, row in enumerate(found.itertuples(), start=1))


def _flagged(frames: Frames) -> pd.DataFrame:
    ratings = frames.turns[["turn_id", "rating"]]
    flags = frames.flags.rename(columns={"flag_id": "source_id"})
    return flags.merge(ratings, on="turn_id", how="left").assign(
        kind="flag", urgency=flags["severity"].astype("Int64")
    )


def _rated_low(frames: Frames, low: int) -> pd.DataFrame:
    ratings = frames.ratings
    is_low = ratings["about"].eq("answer") & ratings["value"].le(low).fillna(False).astype("bool")
    is_low &= ~ratings["turn_id"].isin(frames.flags["turn_id"])
    rows = ratings[is_low].rename(columns={"rating_id": "source_id"})
    quotes = frames.turns[["turn_id", "text"]].rename(columns={"text": "quote"})
    rows = rows.merge(quotes, on="turn_id", how="left")
    return rows.assign(kind="low rating", rating=rows["value"], urgency=-rows["value"], harm="")


def _lead(rank: int, row: Any) -> Lead:
    is_flag = row.kind == "flag"
    return Lead(
        rank=rank,
        kind=row.kind,
        session_id=row.session_id,
        turn_id=row.turn_id,
        source_id=row.source_id,
        quote=row.quote,
        harm=str(row.harm),
        severity=int(row.severity) if is_flag else None,
        rating=None if pd.isna(row.rating) else int(row.rating),
        comment=row.comment,
        persona=str(row.persona),
        scenario=str(row.scenario),
        simulated=bool(row.simulated),
        at=row.at.to_pydatetime(),
    )


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
