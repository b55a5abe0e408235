"""Matrix of items by raters, from which coefficients of agreement are computed."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit.analysis.findings import Estimate
from toolkit.errors import AnalysisError

Level = Literal["nominal", "ordinal", "interval"]
"""Which differences between answers count: any; by rank; by distance."""
NONE_SHARED = "No item was judged by two raters, so agreement cannot be estimated."


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of agreement with its interval, or why there is none."""

    measure: str
    """``Krippendorff's alpha``, ``ICC(2,1)``, …"""
    of: str
    """What is compared: ``ordinal``, ``interval``, ``a rating of 2 or less``, …"""
    estimate: Estimate | None = None
    how: str
    """How the interval was had."""
    items: int
    """Items that two raters or more judged."""
    raters: int
    ratings: int
    """Ratings of those items."""
    says: str = ""
    """Why there is no estimate, or what limits it, in complete sentences."""
    se: float | None = None
    df: float | None = None


@dataclass(frozen=True, slots=True)
class ItemsByRaters:
    """Ratings with at most one a rater and item."""

    table: pd.DataFrame
    """``item rater value``; one row a rating, nothing missing."""
    values: np.ndarray
    """Distinct values in their order, shape (k,)."""
    item: np.ndarray
    """Which item each row is about, from 0, shape (n,)."""
    counts: np.ndarray
    """How many raters gave an item a value, shape (items, k)."""

    @property
    def shared(self) -> np.ndarray:
        """Which items two raters or more judged, shape (items,)."""
        several: np.ndarray = self.counts.sum(axis=1) >= 2
        return several

    @property
    def compared(self) -> pd.DataFrame:
        """Rows of ``table`` about items that two raters or more judged."""
        rows: pd.DataFrame = self.table[self.shared[self.item]]
        return rows

    def coefficient(
        self, measure: str, of: str, found: Estimate | str, how: str, **more: Any
    ) -> Coefficient:
        """Say what a coefficient came to, or why there is none, with the n it rests on."""
        rows = self.compared
        return Coefficient(
            measure=measure,
            of=of,
            how=how,
            items=int(self.shared.sum()),
            raters=int(rows["rater"].nunique()),
            ratings=len(rows),
            **({"says": found} if isinstance(found, str) else {"estimate": found, **more}),
        )


def items_by_raters(ratings: pd.DataFrame) -> ItemsByRaters:
    """Arrange ratings by item and rater.

    Args:
        ratings: ``item rater value``, one row a rating, in the order they were given; rows with
            a missing value say nothing and are dropped; of two by the same rater of the same item
            the last counts.

    Raises:
        AnalysisError: if a column is missing.
    """
    wanted = ["item", "rater", "value"]
    if missing := [name for name in wanted if name not in ratings]:
        raise AnalysisError(
            f"agreement: got a table without {' and '.join(repr(one) for one in missing)}; wanted "
            "the columns 'item', 'rater' and 'value'. Rename the columns of the table."
        )
    table = ratings[wanted].dropna().drop_duplicates(["item", "rater"], keep="last")
    table = table.reset_index(drop=True).astype({"value": "float64"})
    values, code = np.unique(table["value"].to_numpy(), return_inverse=True)
    item, names = pd.factorize(table["item"], sort=True)
    counts = np.zeros((len(names), len(values)), dtype=np.intp)
    np.add.at(counts, (item, code), 1)
    return ItemsByRaters(table, values, item, counts)
