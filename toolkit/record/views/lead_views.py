"""Leads: what testers found, each with the words and where to read on.

A lead says that it happened. It is never a rate, and who was played is named only so that the
situation can be played again; nothing is compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

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


def rank_leads(found: Iterable[Lead]) -> tuple[Lead, ...]:
    """Rank leads: flags by severity, then answers by rating, the newest first among equals."""
    rows = sorted(found, key=lambda one: one.source_id)
    rows.sort(key=lambda one: one.at, reverse=True)
    rows.sort(key=lambda one: (one.kind, -one.severity if one.severity else one.rating or 0))
    return tuple(replace(one, rank=rank) for rank, one in enumerate(rows, start=1))
