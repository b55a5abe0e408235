"""Cluster-robust variance of one effect over any number of crossed factors that were sampled.

What varies by name, by scenario and by rater is in every answer at once. Scores are summed within
each factor's levels and squared; what each sum has beyond that of the smallest cells is added to it
(after A. C. Cameron, J. B. Gelbach, D. L. Miller 2011, whose alternating sum this bounds from
above: what two factors share is taken off once and not twice, and no factor counts below 0). Each
sum has its own factor against the bias of residuals, see ``small_samples``. Degrees of freedom are
the fewest that any factor allows: the random-effects answer to the language-as-fixed-effect fallacy
(H. H. Clark 1973; C. M. Judd, J. Westfall, D. A. Kenny 2012) with few levels of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy import sparse

from toolkit.analysis.engine.array_types import Codes, Floats
from toolkit.analysis.engine.clustered import Swept, cross_codes
from toolkit.analysis.engine.small_samples import Working, sparse_indicators


@dataclass(frozen=True)
class MultiWay:
    """One effect of a design, with the factors it is to generalize over."""

    influence: Floats
    """What each row adds to the effect, shape (n,)."""
    ways: tuple[sparse.csr_array, ...]
    """Sums within the levels of each factor, and last within the cells of all."""
    factors: tuple[float, ...]
    """What each sum of squares is multiplied by."""
    df: float
    """The fewest degrees of freedom that a factor allows; at least 1."""

    def variance(self, left: Floats) -> Floats:
        """Give the variance of the effect on each outcome, shape (m,).

        Args:
            left: residuals, shape (n, m).
        """
        scores = self.influence[:, None] * left
        squares = [
            factor * np.square(way @ scores).sum(axis=0)
            for way, factor in zip(self.ways, self.factors, strict=True)
        ]
        cells = squares[-1]
        beyond = [np.maximum(one - cells, 0.0) for one in squares[:-1]]
        return np.asarray(cells + sum(beyond))


def multiway(swept: Swept, effect: int, ways: Sequence[Codes]) -> MultiWay:
    """Prepare the variance of one effect.

    Args:
        swept: the design.
        effect: its place among the design's effects.
        ways: codes of each sampled factor, shape (n,) each.
    """
    absorbed, columns, _ = swept.fitted
    levels = [one for one in (absorbed.large, absorbed.small) if one is not None]
    working = Working(levels, columns, swept.weight, swept.count)
    own = swept.influence[:, effect]
    cells: Codes = reduce(cross_codes, ways)
    found = [working.correction(own[:, None], one) for one in ways]
    found.append(working.correction(own[:, None], cells, df=False))
    factors = [float(one.factor[0]) for one in found]
    dfs = [float(one.df[0]) for one in found[:-1] if one.df[0] > 0]
    return MultiWay(
        influence=own,
        ways=tuple(sparse.csr_array(sparse_indicators(one).T) for one in (*ways, cells)),
        factors=tuple(one if np.isfinite(one) else 0.0 for one in factors),
        df=max(min(dfs, default=1.0), 1.0),
    )
