"""Release log: what was released of a freeze, kept in the record so that later ones compare.

A release is a report that is made to be sent on. What it said and whose judgments it rests on is a
row; the next release is compared with all of them.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from toolkit.analysis import Earlier, Published, ReleasedResult
from toolkit.canon import VERSION
from toolkit.record import Record, Release


def earlier_releases(record: Record, confirm_hash: str) -> tuple[Earlier, ...]:
    """Read the releases of a freeze, the oldest first.

    Args:
        record: opened.
        confirm_hash: of the freeze, whole.
    """
    entries = record.entries(kinds=(Release.KIND,))
    return tuple(
        _earlier(row, entry.at[:10])
        for entry, row in zip(entries, record.rows(Release), strict=False)
        if row.confirm_hash == confirm_hash
    )


def log_release(record: Record, shown: ReleasedResult, files: Mapping[str, str]) -> Release:
    """Keep in the record that a report is sent on.

    Args:
        record: opened to write.
        shown: what it says.
        files: path of each of its files to the hash of what it holds.

    Raises:
        EventConflict: if somebody else logged a release at the same moment.
    """
    freeze = shown.result.design.confirm_hash
    published = shown.published
    used = sorted({*published.judges, *set().union(*published.numbers.values())})
    place = {cell: at for at, cell in enumerate(used)}
    row = Release(
        confirm_hash=freeze,
        number=len(earlier_releases(record, freeze)) + 1,
        minimum=shown.minimum,
        numbers={
            name: {
                "at": [one if isfinite(one) else None for one in shown.estimates[name]],
                "cells": sorted(place[cell] for cell in cells),
            }
            for name, cells in published.numbers.items()
        },
        judged=[[*cell, dict(published.judges.get(cell, {}))] for cell in used],
        files=dict(files),
        toolkit_version=VERSION,
    )
    record.append(row)
    return row


def _earlier(row: Release, day: str) -> Earlier:
    cells = [(str(outcome), str(reply)) for outcome, reply, _ in row.judged]
    judges = {
        cell: {str(who): str(judgment) for who, judgment in known.items()}
        for cell, (_, _, known) in zip(cells, row.judged, strict=True)
    }
    numbers = {
        name: frozenset(cells[place] for place in one["cells"]) for name, one in row.numbers.items()
    }
    estimates = {name: _read(one["at"]) for name, one in row.numbers.items()}
    published = Published(numbers, judges)
    return Earlier(number=row.number, day=day, published=published, estimates=estimates)


def _read(at: list[Any]) -> tuple[float, float, float]:
    """Read a number with its interval; an end that is not kept is infinite."""
    value, low, high = at
    infinite = float("inf")
    return float(value), -infinite if low is None else low, infinite if high is None else high
