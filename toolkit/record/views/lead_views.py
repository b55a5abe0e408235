"""Leads: what testers found, each with the words and where to read on.

A lead says that it happened. It is never a rate, and who was played is named only so that the
situation can be played again; nothing is compared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from toolkit.record.journal.record import Record
from toolkit.record.rows import Flag, Rating
from toolkit.record.views.conversation_views import History, history, sessions

LOW_RATING = 2
"""An answer rated this or lower is a lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One thing that happened and felt wrong to whoever saw it."""

    rank: int = 0
    """From 1: flags by severity, then answers by rating, the newest first among equals; 0 before
    it is ranked."""
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


def leads_found(record: Record, *, low: int = LOW_RATING) -> tuple[Lead, ...]:
    """Collect what testers flagged, and the answers they rated low, in the order of ``rank_leads``.

    An answer with a flag is a lead through its flags alone, which carry its rating. Whoever
    withdrew is left out.

    Args:
        record: with explore conversations; it is only read.
        low: answers rated this or lower are leads, on a scale of 1 to 5; 0: only flags.
    """
    told = (one for one in sessions(record) if one.stage == "explore")
    return rank_leads(
        lead
        for session in told
        for lead in _of(
            history(record, session.session_id),
            {entry.event_id: entry.at for entry in record.entries(chain=session.session_id)},
            low,
        )
    )


def rank_leads(found: Iterable[Lead]) -> tuple[Lead, ...]:
    """Rank leads: flags by severity, then answers by rating, the newest first among equals."""
    rows = sorted(found, key=lambda one: one.source_id)
    rows.sort(key=lambda one: one.at, reverse=True)
    rows.sort(key=lambda one: (one.kind, -one.severity if one.severity else one.rating or 0))
    return tuple(replace(one, rank=rank) for rank, one in enumerate(rows, start=1))


def _of(told: History, at: dict[str, str], low: int) -> Iterator[Lead]:
    texts = {turn.turn_id: turn.text for turn in told.all_turns}
    values = {one.turn_id: one.value for one in told.ratings}
    flagged = {flag.turn_id for flag in told.flags}

    def lead(source: Flag | Rating, source_id: str, turn_id: str) -> Lead:
        flag = source if isinstance(source, Flag) else None
        return Lead(
            kind="flag" if flag else "low rating",
            session_id=told.session.session_id,
            turn_id=turn_id,
            source_id=source_id,
            quote=flag.quote if flag else texts.get(turn_id, ""),
            harm=flag.harm if flag else "",
            severity=flag.severity if flag else None,
            rating=values.get(turn_id),
            comment=source.comment,
            persona=str(told.session.persona_shown.get("name", told.session.persona_id)),
            scenario=str(told.session.scenario_shown.get("title", told.session.scenario_id)),
            simulated=told.session.simulated,
            at=datetime.fromisoformat(at[source_id]),
        )

    yield from (lead(flag, flag.flag_id, flag.turn_id) for flag in told.flags)
    for one in told.ratings:
        if one.turn_id and one.turn_id not in flagged and one.value and one.value <= low:
            yield lead(one, one.rating_id, one.turn_id)
