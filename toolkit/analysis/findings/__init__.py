"""A Finding, its table, and what several questions share to make one."""

from toolkit.analysis.findings.clustered_share import Share, clustered_share, crossed_variance
from toolkit.analysis.findings.few_clusters import too_few
from toolkit.analysis.findings.finding import (
    EXPLORATORY,
    SIMULTANEOUS,
    About,
    Counts,
    Estimate,
    Finding,
    Speaks,
    columns_of,
    findings_frame,
    require_findings,
    require_shares,
)
from toolkit.analysis.findings.finding_columns import FINDING_COLUMNS
from toolkit.analysis.findings.rater_mean import (
    SHARE_HOW,
    ClusteredMean,
    against_zero,
    clustered,
    mean_over_raters,
    share_over_raters,
)

__all__ = [
    "About",
    "ClusteredMean",
    "Counts",
    "EXPLORATORY",
    "Estimate",
    "FINDING_COLUMNS",
    "Finding",
    "SHARE_HOW",
    "SIMULTANEOUS",
    "Share",
    "Speaks",
    "against_zero",
    "clustered",
    "clustered_share",
    "columns_of",
    "crossed_variance",
    "findings_frame",
    "mean_over_raters",
    "require_findings",
    "require_shares",
    "share_over_raters",
    "too_few",
]
