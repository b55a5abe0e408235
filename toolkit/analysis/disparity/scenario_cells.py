"""Effect of every persona in every scenario, shrunken, and which cells stand out.

A cell stands out when its own p, by t over the raters there, is found among those of all cells
shown with a false-discovery rate of 5 % (Y. Benjamini and Y. Hochberg 1995): of cells that stand
out, so many are expected to be chance. That holds for tests that are independent or depend
positively, as cells with a common reference and common raters do; simulated rates are in the
calibration report. Not for a claim about a persona, nor about situations in general: a cell is one
situation, whose replies may have been unlucky, and ``disparity`` makes such claims.
"""

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.disparity.claims import Claim
from toolkit.analysis.engine import ScenarioEffects, adjust, shrink
from toolkit.analysis.frames import Coded
from toolkit.design import PRIVACY_MINIMUM

_SEEN = (
    "subject",
    "scenario",
    "effect",
    "low",
    "high",
    "share",
    "raters",
    "observations",
    "others",
)
_SHRUNKEN = ("shrunken", "shrunken_low", "shrunken_high")
CELL_COLUMNS = (*_SEEN, *_SHRUNKEN, "stands_out", "suppressed", "speaks_of")
"""Columns of ``Disparity.by_scenario``, in order."""


def cells(
    claims: list[Claim],
    by_scenario: ScenarioEffects,
    data: Coded,
    *,
    level: float,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Make the table of personas and scenarios.

    Args:
        claims: the personas, each with its place among the effects.
        by_scenario: what each scenario says.
        data: the observations.
        level: of intervals.
        alpha: expected share of chance among cells that stand out.

    Returns:
        One row a persona and scenario in which it was seen, by both: ``subject``, ``scenario``,
        ``effect`` with ``low`` and ``high`` over the raters there, the same ``shrunken`` toward
        the persona's own average, ``share`` of the persona's estimate, whether it ``stands_out``
        among all, ``raters``, ``observations`` of the persona and of ``others`` it is compared
        with. Numbers that rest on fewer raters than the privacy minimum are missing and marked
        ``suppressed``.
    """
    low, high = by_scenario.interval(level=level)
    rows = []
    for claim in claims:
        for code in np.flatnonzero(by_scenario.seen[:, claim.index]):
            at = code, claim.index
            here = data.scenario == code
            own, others = claim.own & here, claim.rows & ~claim.own & here
            rows.append(
                {
                    "subject": claim.subject,
                    "scenario": data.scenarios[code],
                    "effect": by_scenario.effect[at],
                    "low": low[at],
                    "high": high[at],
                    "variance": by_scenario.variance[at],
                    "p": by_scenario.p[at],
                    "share": by_scenario.share[at],
                    "raters": 0 if data.rater is None else len(np.unique(data.rater[own | others])),
                    "observations": round(float(data.weight[own].sum())),
                    "others": round(float(data.weight[others].sum())),
                }
            )
    return _shown(
        pd.DataFrame(rows, columns=[*_SEEN, "variance", "p"]),
        rated=data.rater is not None,
        level=level,
        alpha=alpha,
    )


def _shown(table: pd.DataFrame, *, rated: bool, level: float, alpha: float) -> pd.DataFrame:
    value, se = np.full(len(table), np.nan), np.full(len(table), np.nan)
    for rows in table.groupby("subject", sort=False).indices.values():
        drawn = shrink(*(table[name].to_numpy("float64")[rows] for name in ("effect", "variance")))
        value[rows], se[rows] = drawn.value, drawn.se
    half = float(stats.norm.ppf((1 + level) / 2)) * se
    few = rated & (table["raters"] < PRIVACY_MINIMUM)
    adjusted = adjust(list(table["p"].mask(few)), "Benjamini-Hochberg")
    table = table.drop(columns=["variance", "p"]).assign(
        shrunken=value,
        shrunken_low=value - half,
        shrunken_high=value + half,
        stands_out=[one is not None and one <= alpha for one in adjusted],
        suppressed=few,
    )
    # A number without its interval is not shown, nor one about too few people.
    table.loc[few | table["low"].isna(), ["effect", "low", "high", *_SHRUNKEN]] = np.nan
    return table.sort_values(["subject", "scenario"]).reset_index(drop=True)
