"""Overruled rows: the one place that says which rows a later one took the place of, and how."""

from collections.abc import Iterable
from typing import Literal

from toolkit.record.rows.confirm_rows import Choice, Guess, Passed
from toolkit.record.rows.conversation_rows import Flag, Rating, Turn
from toolkit.record.rows.row import Row

Fate = Literal["superseded", "retracted", "retraction"]


def overruled(rows: Iterable[Row]) -> dict[str, Fate]:
    """Say of each row that does not stand why: event id to ``superseded``, or of flags also more.

    The latest answer to a question stands, also where it names no predecessor, and passing an item
    over leaves none. A flag that was taken back is ``retracted``, and what took it back is a
    ``retraction`` and no flag. A row takes the place of one before it, of its own kind and its own
    session: what it names of anybody else's stays as it is.

    Args:
        rows: of any chains, those of one chain in the order they were kept.
    """
    fates: dict[str, Fate] = {}
    standing: dict[tuple[str | None, ...], dict[str, str]] = {}
    own: set[tuple[str, str, str]] = set()
    for row in rows:
        match row:
            case Rating(item_id=None):
                about = standing.setdefault((row.session_id, row.turn_id), {})
                _replace(about, row.question, row, fates)
            case Rating():
                about = standing.setdefault((row.session_id, Rating.KIND, row.item_id), {})
                _replace(about, row.question, row, fates)
            case Choice() | Guess():
                about = standing.setdefault((row.session_id, row.KIND, row.item_id), {})
                _replace(about, row.KIND, row, fates)
            case Passed():
                for kind in (Rating.KIND, Choice.KIND):
                    for event_id in standing.pop((row.session_id, kind, row.item_id), {}).values():
                        fates[event_id] = "superseded"
            case Turn() | Flag():
                earlier = row.supersedes
                if earlier and (row.session_id, row.KIND, earlier) not in own:
                    earlier = None
                own.add((row.session_id, row.KIND, row.event_id()))
                if isinstance(row, Flag):
                    _flag(row, earlier, fates)
                elif earlier:
                    fates[earlier] = "superseded"
    return fates


def _replace(about: dict[str, str], question: str, row: Row, fates: dict[str, Fate]) -> None:
    if question in about:
        fates[about[question]] = "superseded"
    about[question] = row.event_id()


def _flag(row: Flag, earlier: str | None, fates: dict[str, Fate]) -> None:
    if row.retracted:
        fates[row.flag_id] = "retraction"
        if earlier and fates.get(earlier) != "retraction":
            fates[earlier] = "retracted"
    elif earlier:
        fates.setdefault(earlier, "superseded")
