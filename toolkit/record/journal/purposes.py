"""Who reads which words for what: the table that the reading door holds its readers to."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from toolkit.record.rows.confirm_rows import Choice, Item, Passed, Reply, SweepEnd
from toolkit.record.rows.conversation_rows import Flag, Rating, SessionEnd, Turn, Withdrawal
from toolkit.record.rows.row import Row


class Right(NamedTuple):
    """What a role may read for one purpose; kinds without words are open to every role."""

    kinds: frozenset[type[Row]]
    """Kinds of row with words that it reads."""
    withdrawn: Literal["left out", "without words", "whole"]
    """What it may have of those who withdrew, when it asks for them."""


_SAID = frozenset({Turn, Rating, Flag, SessionEnd, Withdrawal})
_RATED = frozenset({Reply, Item, Rating, Choice, Passed, SessionEnd})
PURPOSES: Mapping[tuple[str, str], Right] = MappingProxyType(
    {
        # Who withdrew may still see what they said themselves.
        ("tester", "conversation"): Right(_SAID, "whole"),
        # A reply that somebody was shown is taken, also when they withdraw.
        ("rater", "rating"): Right(_RATED | {SweepEnd}, "without words"),
        # An account says how many rows are left out for it.
        ("analyst", "analysis"): Right(_SAID | _RATED, "without words"),
        ("owner", "progress"): Right(frozenset({SessionEnd, SweepEnd}), "without words"),
        ("owner", "collection"): Right(frozenset({Turn, Reply, SweepEnd}), "left out"),
    }
)
"""Role and purpose to what is read for it."""
