"""What a figure has to keep, and when it is said not to."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.analysis import Estimate


@dataclass(frozen=True)
class Band:
    """From where to where a share may lie."""

    low: float
    high: float
    points: bool = False
    """It is about a mean in points and not about a share."""

    def holds(self, share: Estimate) -> bool:
        """False when the Monte-Carlo interval lies wholly outside."""
        return share.high >= self.low and share.low <= self.high

    def __str__(self) -> str:
        if self.points:
            return f"{self.low:+.3f}".replace("-", "−")
        if self.low <= 0:
            return f"≤ {100 * self.high:g} %"
        if self.high >= 1:
            return f"≥ {100 * self.low:g} %"
        return f"{100 * self.low:g}–{100 * self.high:g} %"


TYPE_I = Band(0.0, 0.055)
COVERAGE = Band(0.945, 1.0)


@dataclass(frozen=True)
class Row:
    """One figure of the report."""

    case: str
    figure: str
    share: Estimate
    band: Band | None = None
    """None: printed, not judged."""

    @property
    def fails(self) -> bool:
        return self.band is not None and not self.band.holds(self.share)


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    title: str
    about: str
    rows: Sequence[Row]

    @property
    def missed(self) -> int:
        """How many bands were not kept."""
        return sum(row.fails for row in self.rows)
