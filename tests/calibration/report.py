"""The report: markdown with every figure, its interval, its band, and the command to repeat it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from calibration.bands import Row, Section
from toolkit.analysis import Estimate

PATH = Path(__file__).with_name("report.md")


def write(sections: Sequence[Section], *, command: str) -> bool:
    """Write the report; returns whether every band was kept."""
    PATH.write_text("\n".join(_lines(sections, command)) + "\n", encoding="utf-8")
    return not any(row.fails for section in sections for row in section.rows)


def _lines(sections: Sequence[Section], command: str) -> Iterator[str]:
    yield "# Calibration"
    yield ""
    yield f"Made by `{command}`."
    yield "Every figure is counted on simulated answers whose truth is known; in brackets stands"
    yield "its 99 % Monte-Carlo interval. A band is missed when that lies wholly outside of it."
    yield "Figures without a band are shown and not judged."
    for section in sections:
        yield from ("", f"## {section.title}", "", section.about, "")
        judged = [row for row in section.rows if row.band]
        failed = sum(row.fails for row in judged)
        yield f"**{len(judged) - failed} of {len(judged)} bands kept.**"
        yield ""
        yield from _table(section.rows)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """One line a case, one column a figure."""
    heads = {row.figure: f"{row.figure} ({row.band})" if row.band else row.figure for row in rows}
    yield f"| case | {' | '.join(heads.values())} |"
    yield "|---" * (len(heads) + 1) + "|"
    cells = {(row.case, row.figure): row for row in rows}
    for case in dict.fromkeys(row.case for row in rows):
        line = [_cell(cells.get((case, figure))) for figure in heads]
        yield f"| {case} | {' | '.join(line)} |"


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    return f"{percent(row.share)}{' **missed**' if row.fails else ''}"


def percent(share: Estimate) -> str:
    """As people read it: ``4.8 % [4.2, 5.4]``."""
    value, low, high = (f"{100 * one:.1f}" for one in (share.value, share.low, share.high))
    return f"{value} % [{low}, {high}]"
