"""Closing of collection: whether a freeze still takes anything, and the refusal when not."""

from toolkit.errors import StudyClosed
from toolkit.record.journal.record import Record
from toolkit.record.rows.confirm_rows import Closing


def closing_of(record: Record, confirm_hash: str) -> tuple[Closing, str] | None:
    """Find the row that closed a freeze, and the day it did, UTC; None while it is open.

    Args:
        record: opened.
        confirm_hash: of the freeze, whole.
    """
    entries = record.entries(kinds=(Closing.KIND,))
    for entry, row in zip(entries, record.rows(Closing), strict=True):
        if row.confirm_hash == confirm_hash:
            return row, entry.at[:10]
    return None


def require_open(record: Record, confirm_hash: str) -> None:
    """Refuse to collect more under a freeze that was closed.

    Args:
        record: opened.
        confirm_hash: of the freeze, whole.

    Raises:
        StudyClosed: if it was.
    """
    if found := closing_of(record, confirm_hash):
        raise StudyClosed(
            f"confirm stage: got a study that was closed on {found[1]}; wanted one that is still "
            "collecting. What was kept is analyzed by `parallax analyze`; to collect more, change "
            "the stage and freeze it with `parallax freeze --again`."
        )
