"""Data of a model with crossed random intercepts: cells, answers, columns, factors."""

from dataclasses import dataclass
from functools import cached_property

from toolkit.analysis.engine import Codes, Floats
from toolkit.analysis.engine.crossed.schur_complement import Crossed


@dataclass(frozen=True)
class Means:
    """What a Gaussian response comes down to."""

    count: Floats
    """Observations in each cell, shape (cells,)."""
    mean: Floats
    """Their mean less ``center``, shape (cells,)."""
    within: float
    """Sum of squares about the means of the cells."""
    center: float
    """Taken off every value first, so that nothing cancels."""


@dataclass(frozen=True)
class CrossedData:
    """One data set, collapsed to its distinct cells."""

    names: tuple[str, ...]
    """Of the fixed columns; the constant one is called ``Intercept``."""
    rows: Floats
    """Fixed columns at the distinct profiles, shape (profiles, columns)."""
    profile: Codes
    """Row of ``rows`` of each cell, shape (cells,)."""
    factors: tuple[Codes, ...]
    """For every random factor the level of each cell, shape (cells,)."""
    levels: tuple[int, ...]
    """Number of levels of every random factor."""
    counts: Floats
    """Observations of each category in each cell, shape (cells, categories); none for Gaussian."""
    means: Means | None
    """None for binomial and cumulative models."""

    @property
    def sizes(self) -> Floats:
        """Observations in each cell, shape (cells,)."""
        sizes: Floats = self.counts.sum(1) if self.means is None else self.means.count
        return sizes

    @property
    def order(self) -> tuple[int, ...]:
        """Which of ``factors`` stands where in ``crossed``."""
        return tuple(sorted(range(len(self.levels)), key=lambda place: -self.levels[place]))

    @cached_property
    def crossed(self) -> Crossed:
        """The random factors, the one with most levels first."""
        order = self.order
        return Crossed(
            tuple(self.factors[one] for one in order), tuple(self.levels[one] for one in order)
        )
