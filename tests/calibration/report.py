"""The report: markdown with every figure, its interval, its band, and the command to repeat it.

Each section stands between two marks and is renewed by itself.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import scipy

from calibration.bands import Row, Section

PATH = Path(__file__).with_name("report.md")
_HEAD = """# Calibration

Made by `make calibrate`, a section at a time. Every figure is counted on simulated answers whose
truth is known; in brackets stands its 99 % Monte-Carlo interval. A band is missed when that lies
wholly outside of it. Figures without a band are shown and not judged.
"""


def write(
    name: str,
    sections: Sequence[Section],
    *,
    simulations: int,
    seed: int,
    few: str,
    order: Sequence[str],
    path: Path = PATH,
) -> None:
    """Renew the part of the report that one name makes; the others stay, in this order.

    Args:
        name: of the part.
        sections: what it found.
        simulations: of each case.
        seed: of all of them.
        few: fingerprint of a few simulations of each case.
        order: names of all parts.
        path: of the report.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    known = {one: part for one in order if (part := _between(text, one))}
    known[name] = "\n".join(_lines(sections, made(name, simulations, seed, few)))
    kept = [(one, known[one]) for one in order if one in known]
    parts = [f"<!-- {one} -->\n{part}\n\n<!-- end of {one} -->\n" for one, part in kept]
    path.write_text("\n".join([_HEAD, *parts]), encoding="utf-8")


def plain(section: Section) -> Iterator[str]:
    """What a section found, a line a figure."""
    yield section.title
    for row in section.rows:
        mark = "MISSED" if row.fails else ""
        yield f"  {row.case:<84} {row.figure:<26} {shown(row)} {mark}"


def _between(text: str, name: str) -> str:
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"\n\n<!-- end of {name} -->")[0]


def made(name: str, simulations: int, seed: int, few: str) -> str:
    """How a part of the report was made."""
    return (
        f"Made by `make calibrate ARGS='{name} --seed {seed}'` with {simulations:,} simulations of "
        f"each case, NumPy {np.__version__}, SciPy {scipy.__version__}; a few of each give `{few}`."
    )


def _lines(sections: Sequence[Section], how: str) -> Iterator[str]:
    for section in sections:
        yield from ("", f"## {section.title}", "", section.about, "")
        judged = [row for row in section.rows if row.band]
        yield how
        kept = f"**{len(judged) - section.missed} of {len(judged)} bands kept.**"
        yield kept if judged else "Shown beside it; nothing here is judged."
        yield ""
        yield from _table(section.rows)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """One line a case, one column a figure."""
    bands = {row.figure: row.band for row in rows if row.band}
    figures = list(dict.fromkeys(row.figure for row in rows))
    heads = [f"{one} ({bands[one]})" if one in bands else one for one in figures]
    yield f"| case | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    cells = {(row.case, row.figure): row for row in rows}
    for case in dict.fromkeys(row.case for row in rows):
        line = [_cell(cells.get((case, figure)), figure in bands) for figure in figures]
        yield f"| {case} | {' | '.join(line)} |"


def _cell(row: Row | None, banded: bool) -> str:
    if row is None:
        return ""
    mark = " **missed**" if row.fails else " *(not judged)*" if banded and not row.band else ""
    return f"{shown(row)}{mark}"


def shown(row: Row) -> str:
    """A figure as people read it: ``4.8 % [4.2, 5.4]``, or points."""
    share, points = row.share, row.band is not None and row.band.points
    if points:
        return share.text(3)
    value, low, high = (f"{100 * one:.1f}" for one in (share.value, share.low, share.high))
    return f"{value} % [{low}, {high}]"
