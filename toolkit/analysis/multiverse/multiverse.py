"""Multiverse analysis: the primary estimate in every defensible way to compute it.

Which answers count, on which scale, and how much each weighs are choices that others could have
made otherwise (S. Steegen, F. Tuerlinckx, A. Gelman, W. Vanpaemel 2016). All combinations are
estimated by the primary test and stand beside one another as a specification curve (U. Simonsohn,
J. P. Simmons, L. D. Nelson 2020), in standard deviations of the answers, so that scales can be
compared. The planned one is marked. No verdict follows from any of them.

Levels of raters are fitted everywhere, so centering raters changes nothing; what can is how widely
a rater uses the scale, which *z scores by rater* take out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import isfinite

import numpy as np
import pandas as pd
from scipy import stats

from toolkit.analysis.disparity import comparison
from toolkit.analysis.engine import FEWEST_CLUSTERS, Codes, Floats, Swept, group_sums, interval
from toolkit.analysis.findings import require_shares
from toolkit.analysis.frames import Coded, Observations, coded, require_observations
from toolkit.design import PRIVACY_MINIMUM

NOT_FOR = (
    "Not for choosing the analysis that shows most: the planned one was chosen before, and the "
    "others tell only whether it hangs on a choice."
)
PLANNED = ("as planned", "all raters", "as answered", "each situation equally")
CHOICES = ("answers", "raters", "scale", "weights")
"""What can be chosen, in the order of ``PLANNED``."""
_NUMBERS = ("estimate", "low", "high")
_FLAT = 3
"""Answers from which a rater who only ever gave one is a straight-liner."""


@dataclass(frozen=True, slots=True)
class Multiverse:
    """One outcome, estimated in every defensible way."""

    outcome: str
    table: pd.DataFrame = field(repr=False)
    """One row a persona and way: ``subject answers raters scale weights planned``, ``estimate low
    high`` in standard deviations of the answers, and what it rests on."""
    notes: tuple[str, ...]
    """Which choices could not be varied, and when this is not to be used."""
    simulated: bool = False


def multiverse(
    observations: Observations,
    *,
    with_truncated: Observations | None = None,
    level: float = 0.95,
) -> Multiverse:
    """Estimate every persona's difference from the reference in every defensible way.

    Not for choosing the analysis that shows most: the planned one was chosen before, and the others
    tell only whether it hangs on a choice.

    Args:
        observations: of one outcome and of stage confirm, as planned.
        with_truncated: the same with answers that were cut off, as ``observe`` gives them with
            ``also=["truncated"]``.
        level: of intervals.

    Raises:
        AnalysisError: if observations are of stage explore, or not what was wanted.
    """
    require_observations(observations, "multiverse")
    require_shares("multiverse", level=level)
    answers = {PLANNED[0]: observations.in_general}
    notes = (
        []
        if with_truncated is not None
        else ["Answers that were cut off are left out in every way."]
    )
    if with_truncated is not None:
        require_observations(with_truncated, "multiverse")
        answers["with truncated"] = with_truncated.in_general
    raters, hidden = _raters(observations)
    notes += hidden
    rows = [
        row
        for (of, seen), (who, without) in product(answers.items(), raters.items())
        for row in _ways(
            seen.where(~seen.frame["rater"].isin(without)), level, answers=of, raters=who
        )
    ]
    columns = [
        "subject",
        *CHOICES,
        "planned",
        *_NUMBERS,
        "scenarios",
        "raters_there",
        "observations",
    ]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values(["subject", "planned"], ascending=[True, False], kind="stable")
    if table.empty:
        notes.insert(0, "No persona can be compared in any way.")
    return Multiverse(
        observations.outcome,
        table.reset_index(drop=True),
        (*notes, NOT_FOR),
        observations.simulated,
    )


def _raters(observations: Observations) -> tuple[dict[str, np.ndarray], list[str]]:
    """Give whom each choice of raters leaves out, and a sentence where there is no choice."""
    flat = _straight_liners(observations)
    raters: dict[str, np.ndarray] = {PLANNED[1]: np.array([], dtype="object")}
    if len(flat) >= PRIVACY_MINIMUM:
        return {**raters, "without straight-liners": flat}, []
    told = (
        f"Raters who gave one answer to everything are fewer than {PRIVACY_MINIMUM} and count in "
        "every way: a number without them would show what they said."
    )
    return raters, [told] if len(flat) else []


def _straight_liners(observations: Observations) -> np.ndarray:
    """Raters who gave one answer to everything they were asked of this outcome."""
    said = observations.frame.groupby("rater", observed=True)["value"].agg(["nunique", "size"])
    flat = said.index[said["nunique"].eq(1) & said["size"].ge(_FLAT)]
    return np.asarray(flat.astype("object"))


def scales_of(observations: Observations) -> Mapping[str, Callable[[Floats, Coded], Floats]]:
    """Give the scales on which an outcome can be read: name to what makes it of the answers.

    Args:
        observations: of one outcome; answers have shape (n, m), a column an outcome.
    """
    scales: dict[str, Callable[[Floats, Coded], Floats]] = {PLANNED[2]: lambda value, data: value}
    if observations.scale in ("binary", "preference"):
        return scales
    scales["ranks"] = lambda value, data: np.asarray(stats.rankdata(value, axis=0))
    if observations.rated:
        scales["z scores by rater"] = _standardized
    top = observations.bounds[1] - 1
    if observations.scale == "likert" and isfinite(top):
        scales[f"answers of {top:g} or more"] = lambda value, data: (value >= top).astype("float64")
    return scales


def _standardized(value: Floats, data: Coded) -> Floats:
    """Put each rater's answers to mean 0 and standard deviation 1; 0 where all are alike."""
    rater: Codes = np.zeros(len(value), dtype="int64") if data.rater is None else data.rater
    count = np.bincount(rater)[:, None]
    left = value - (group_sums(rater, value) / count)[rater]
    spread = np.sqrt(group_sums(rater, left**2) / count)[rater]
    return np.asarray(np.divide(left, spread, out=np.zeros_like(left), where=spread > 1e-9))


def _ways(seen: Observations, level: float, **chosen: str) -> Iterator[dict[str, object]]:
    """Estimate what some rows say on every scale and in every weighting, a row a persona."""
    if seen.frame.empty:
        return
    data = coded(seen)
    asks = comparison(data, "reference")
    for weights in (PLANNED[3], "each answer equally"):
        swept = data.sweep(asks.columns, own=asks.own, equal=weights == PLANNED[3])
        for scale, transform in scales_of(seen).items():
            value = transform(data.value[:, None], data)[:, 0]
            way = {**chosen, "scale": scale, "weights": weights}
            planned = tuple(way[one] for one in CHOICES) == PLANNED
            for persona, numbers in _estimates(data, swept, value, level):
                yield {"subject": persona, **way, "planned": planned, **numbers}


def _estimates(
    data: Coded, swept: Swept, value: Floats, level: float
) -> Iterator[tuple[str, dict[str, float]]]:
    """Give each persona's estimate in standard deviations, where clusters are enough for one."""
    spread, effects = float(value.std()), swept.effects(value)
    fewest = swept.scenarios if data.rater is None else np.minimum(swept.scenarios, swept.raters)
    for at, persona in enumerate(data.subjects):
        point, se, df = (float(one[at]) for one in (effects.estimate, effects.se, effects.df))
        if fewest[at] < FEWEST_CLUSTERS or not se > 1e-9 * spread:
            continue
        low, high = interval(point, se, df, level=level)
        numbers = dict(zip(_NUMBERS, (point / spread, low / spread, high / spread), strict=True))
        rests = {"scenarios": swept.scenarios[at], "raters_there": swept.raters[at]}
        counts = {name: int(one) for name, one in rests.items()}
        yield (
            persona,
            {**numbers, **counts, "observations": int(data.weight[data.of(persona)].sum())},
        )
