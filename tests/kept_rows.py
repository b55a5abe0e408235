"""Every row of a kind, read by the door in a role that has a right to its words."""

from typing import TypeVar

from toolkit.record import Choice, Entry, Item, Passed, Reader, Record, Reply, Row, SweepEnd

R = TypeVar("R", bound=Row)


def kept_rows(record: Record, kind: type[R], *, chain: str | None = None) -> list[R]:
    """Read them whole, with those of participants who withdrew where anybody may read them."""
    return reader_of(record, kind).rows(kind, chain=chain)


def kept_entries(record: Record, *kinds: type[Row]) -> list[tuple[Entry, Row]]:
    """Read entries and rows as they lie, in the order of their commits; without kinds: all."""
    read = [
        one
        for kind in kinds or Row.BY_KIND.values()
        for one in reader_of(record, kind).entries(kinds=[kind.KIND])
    ]
    return sorted(read, key=lambda one: one[0].number)


def reader_of(record: Record, kind: type[Row]) -> Reader:
    """Open the door as somebody who may read this kind."""
    if kind in (Reply, SweepEnd):
        return record.read(role="owner", purpose="collection")
    if kind in (Item, Choice, Passed):
        return record.read(role="rater", purpose="rating", include_withdrawn=True)
    return record.read(role="tester", purpose="conversation", include_withdrawn=True)
