"""Disparity: the primary test of who is treated differently, and what stands beside it."""

from toolkit.analysis.disparity.arm_comparison import (
    against_reference,
    arm_of,
    clusters_of,
    codes_of,
    counts_between,
    counts_of,
    replies_of,
    speaks_of,
    subjects,
    units_of,
)
from toolkit.analysis.disparity.claims import TWO_WAY, Asked, Claim, in_family, measured
from toolkit.analysis.disparity.comparison import comparison
from toolkit.analysis.disparity.disparity import Disparity, disparity
from toolkit.analysis.disparity.disparity_findings import Saying, null_estimates
from toolkit.analysis.disparity.equivalence_power import Pieces, needed, pieces
from toolkit.analysis.disparity.factor_claims import FEWEST
from toolkit.analysis.disparity.ordinal import Ordinal, ordinal

__all__ = [
    "Asked",
    "Claim",
    "Disparity",
    "FEWEST",
    "Ordinal",
    "Pieces",
    "Saying",
    "TWO_WAY",
    "against_reference",
    "arm_of",
    "clusters_of",
    "codes_of",
    "comparison",
    "counts_between",
    "counts_of",
    "disparity",
    "in_family",
    "measured",
    "needed",
    "null_estimates",
    "ordinal",
    "pieces",
    "replies_of",
    "speaks_of",
    "subjects",
    "units_of",
]
