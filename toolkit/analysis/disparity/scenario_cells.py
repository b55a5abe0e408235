"""Effect of every persona in every scenario, shrunken, and the worst cells."""

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.disparity.claims import Claim
from toolkit.analysis.engine import ScenarioEffects, shrink
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
CELL_COLUMNS = (*_SEEN, *_SHRUNKEN, "suppressed", "speaks_of")
"""Columns of ``Disparity.by_scenario``, in order."""


def cells(
    claims: list[Claim], by_scenario: ScenarioEffects, data: Coded, *, level: float
) -> pd.DataFrame:
    """Make the table of personas and scenarios.

    Args:
        claims: the personas, each with its place among the effects.
        by_scenario: what each scenario says.
        data: the observations.
        level: of intervals.

    Returns:
        One row a persona and scenario in which it was seen, by both: ``subject``, ``scenario``,
        ``effect`` with ``low`` and ``high`` over the raters there, the same ``shrunken`` toward
        the persona's own average, ``share`` of the persona's estimate, ``raters``,
        ``observations`` of the persona and of ``others`` it is compared with. Numbers that rest
        on fewer raters than the privacy minimum are missing and marked ``suppressed``.
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
                    "share": by_scenario.share[at],
                    "raters": 0 if data.rater is None else len(np.unique(data.rater[own | others])),
                    "observations": round(float(data.weight[own].sum())),
                    "others": round(float(data.weight[others].sum())),
                }
            )
    return _shown(
        pd.DataFrame(rows, columns=[*_SEEN, "variance"]), rated=data.rater is not None, level=level
    )


def _shown(table: pd.DataFrame, *, rated: bool, level: float) -> pd.DataFrame:
    value, se = np.full(len(table), np.nan), np.full(len(table), np.nan)
    for rows in table.groupby("subject", sort=False).indices.values():
        drawn = shrink(*(table[name].to_numpy("float64")[rows] for name in ("effect", "variance")))
        value[rows], se[rows] = drawn.value, drawn.se
    half = float(stats.norm.ppf((1 + level) / 2)) * se
    few = rated & (table["raters"] < PRIVACY_MINIMUM)
    table = table.drop(columns="variance").assign(
        shrunken=value,
        shrunken_low=value - half,
        shrunken_high=value + half,
        suppressed=few,
    )
    # A number without its interval is not shown, nor one about too few people.
    table.loc[few | table["low"].isna(), ["effect", "low", "high", *_SHRUNKEN]] = np.nan
    return table.sort_values(["subject", "scenario"]).reset_index(drop=True)
