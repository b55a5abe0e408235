"""Permutation tests, each with the unit that is exchanged said aloud.

What may be exchanged decides what is tested. Shuffling personas among the replies to a contrast
tests that no reply of any of these contrasts depends on the persona: it says nothing about other
scenarios, and it rejects when a persona is treated better here and worse there. Flipping whole
scenarios tests the average over scenarios like these. Shuffling among whole raters is for designs
in which each rater saw one persona. There is no default.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.analysis.disparity.absorbing import Codes, Floats
from toolkit.analysis.disparity.coding import Coded, coded
from toolkit.analysis.disparity.scenario_effects import scenario_effects
from toolkit.analysis.disparity.signflip import SIGN_FLIP, sign_flip
from toolkit.analysis.frames.observations import Observations
from toolkit.errors import AnalysisError

Exchange = Literal["scenario", "rater", "reply within contrast"]
SHARP = "shuffled within contrasts (null: no effect on any reply of these contrasts)"
BETWEEN = "shuffled among whole raters (null: no rater's answers depend on the persona)"
_BATCH = 500_000
"""Labels shuffled at once."""


@dataclass(frozen=True, slots=True)
class Permuted:
    """One test a persona."""

    exchange: Exchange
    null: str
    """What was exchanged, and the hypothesis that is tested by it."""
    table: pd.DataFrame = field(repr=False)
    """One row a persona: ``subject``, ``p``, how many ``units`` were exchanged, ``null``; p is
    missing where no exchange changes anything."""
    notes: tuple[str, ...] = ()
    """Why a p is missing, in plain sentences."""


def permute(
    observations: Observations, *, exchange: Exchange, draws: int = 9999, seed: int = 0
) -> Permuted:
    """Test each persona by exchanging what the caller says may be exchanged.

    The statistic is the persona's average score, a value less its contrast's average; for whole
    scenarios it is the primary estimate itself.

    Args:
        observations: of one outcome and of stage confirm.
        exchange: "scenario": whole scenarios change sign; "rater": personas are shuffled among
            raters, each of whom must have seen one; "reply within contrast": personas are shuffled
            among the replies to a contrast, each with all its ratings.
        draws: how many shuffles.
        seed: of the shuffles.

    Raises:
        AnalysisError: if the unit cannot be exchanged in this design.
    """
    data = coded(observations)
    if exchange == "scenario":
        made = _by_scenario(data, draws=draws, seed=seed)
        return replace(made, notes=_notes(made.table, observations, exchange))
    if data.pairs:
        raise AnalysisError(
            f"permute: got pairs and exchange={exchange!r}; wanted exchange='scenario', because a "
            "pair holds a persona and the reference together. Exchange scenarios."
        )
    if not data.compared.any():
        table = _table([], [], [], "")
        return Permuted(exchange, "", table, _notes(table, observations, exchange))
    units = _replies(data) if exchange == "reply within contrast" else _raters(data)
    names = sorted(units["persona"].unique())
    labels = pd.Categorical(units["persona"], categories=names).codes.astype("int64")
    p = shuffled(
        units["score"].to_numpy()[:, None],
        labels,
        units["stratum"].to_numpy().astype("int64"),
        draws=draws,
        seed=seed,
    )[:, 0]
    null = SHARP if exchange == "reply within contrast" else BETWEEN
    table = _table(names, p, [len(units)] * len(names), null)
    return Permuted(exchange, null, table, _notes(table, observations, exchange))


def shuffled(scores: Floats, labels: Codes, strata: Codes, *, draws: int, seed: int) -> Floats:
    """Shuffle labels within strata and compare each label's sums of scores.

    Args:
        scores: shape (n, m), m outcomes.
        labels: codes, shape (n,), shuffled within ``strata``.
        strata: codes, shape (n,).
        draws: how many shuffles.
        seed: of the shuffles.

    Returns:
        Two-sided p of every label and outcome, (as extreme + 1) / (draws + 1) (B. Phipson and
        G. K. Smyth 2010), of shape (labels, m); NaN where no shuffle changes anything.
    """
    order = np.argsort(strata, kind="stable")
    centered = scores[order] - _averages(scores, strata)[strata[order]]
    scale = np.sqrt((centered**2).mean(axis=0))
    numbers = (centered / np.where(scale > 0, scale, 1.0)).astype("float32")
    names, places = labels[order], np.split(np.arange(len(order)), _edges(strata[order]))
    count = int(labels.max(initial=-1)) + 1
    observed = np.array([numbers[names == one].sum(axis=0) for one in range(count)])
    # Sums that tie with the observed one count as extreme; single precision must not part them.
    near = np.abs(observed) - 1e-4 * np.sqrt(len(labels) / max(count, 1))
    draw = np.random.default_rng(seed)
    largest = max((len(rows) for rows in places), default=1)
    extreme = np.zeros(observed.shape)
    for size in _batches(draws, max(1, _BATCH // largest)):
        sums = np.zeros((count, size, scores.shape[1]), "float32")
        for rows in places:
            _add(sums, numbers[rows], names[rows], draw, size)
        extreme += (np.abs(sums) >= near[:, None]).sum(axis=1)
    fixed = [not _changes(names, places, one) for one in range(count)]
    p: Floats = (extreme + 1) / (draws + 1)
    p[np.array(fixed, dtype="bool")] = np.nan
    p[:, scale == 0] = np.nan
    return p


def _add(
    sums: NDArray[np.float32],
    numbers: NDArray[np.float32],
    names: Codes,
    draw: np.random.Generator,
    size: int,
) -> None:
    """Add a stratum's shuffled sums.

    A label rides in the lowest bits of a random number; sorting the numbers shuffles the labels.
    """
    bits = np.uint64(16)
    keys = draw.integers(0, 1 << 48, size=(size, len(names)), dtype="uint64") << bits
    keys |= names.astype("uint64")
    keys.sort(axis=1)
    shuffle = keys.astype("uint16")
    for one in np.unique(names):
        sums[one] += (shuffle == one).astype("float32") @ numbers


def _averages(scores: Floats, strata: Codes) -> Floats:
    count = np.maximum(np.bincount(strata), 1)[:, None]
    made = np.stack([np.bincount(strata, weights=column) for column in scores.T], axis=1)
    averages: Floats = made / count
    return averages


def _edges(strata: Codes) -> NDArray[np.intp]:
    return np.flatnonzero(np.diff(strata)) + 1


def _batches(draws: int, size: int) -> list[int]:
    return [size] * (draws // size) + ([draws % size] if draws % size else [])


def _changes(names: Codes, places: list[NDArray[np.intp]], one: int) -> bool:
    return any(0 < np.count_nonzero(names[rows] == one) < len(rows) for rows in places)


def _by_scenario(data: Coded, *, draws: int, seed: int) -> Permuted:
    swept = data.sweep([data.of(one) for one in data.subjects])
    found = scenario_effects(swept, data.value)
    p, units = [], []
    for index in range(len(data.subjects)):
        seen = found.seen[:, index]
        units.append(int(seen.sum()))
        effect, share = found.effect[seen, index], found.share[seen, index]
        one = sign_flip(effect, share, draws=draws, seed=seed)
        p.append(np.nan if one is None else one)
    return Permuted("scenario", SIGN_FLIP, _table(data.subjects, p, units, SIGN_FLIP))


def _notes(table: pd.DataFrame, observations: Observations, exchange: str) -> tuple[str, ...]:
    if table.empty:
        return (
            f"No persona was swapped in, so nobody is compared on {observations.outcome!r} and "
            "nothing is exchanged.",
        )
    without = table[table["p"].isna()]
    return tuple(
        f"{subject} has no p-value: {_too_few(int(units), exchange)}"
        for subject, units in zip(without["subject"], without["units"], strict=True)
    )


def _too_few(units: int, exchange: str) -> str:
    if exchange == "scenario" and units < 2:
        return (
            f"{units} scenario{'' if units == 1 else 's'} can change sign and it takes two. Send "
            "more scenarios."
        )
    what = {"scenario": "scenarios", "rater": "raters"}.get(exchange, "replies")
    return f"exchanging {what} changes nothing, because all of them are alike."


def _replies(data: Coded) -> pd.DataFrame:
    """One row a reply that compares personas; a reply without an id is one of its own."""
    rows = _scored(data)
    reply = rows["reply"].where(rows["reply"].notna(), [f"#{one}" for one in range(len(rows))])
    grouped = rows.assign(reply=reply, total=rows["score"] * rows["weight"]).groupby(
        ["stratum", "persona", "reply"], sort=True
    )
    sums = grouped[["total", "weight"]].sum()
    return sums.assign(score=sums["total"] / sums["weight"]).reset_index()


def _raters(data: Coded) -> pd.DataFrame:
    """One row a rater."""
    if data.rater is None:
        raise AnalysisError(
            "permute: got observations that no rater judged and exchange='rater'; wanted raters. "
            "Exchange scenarios, or replies within a contrast."
        )
    rows = _scored(data)
    several = rows.groupby("rater")["persona"].nunique()
    if several.gt(1).any():
        raise AnalysisError(
            f"permute: got exchange='rater' and {int(several.gt(1).sum())} of {len(several)} "
            "raters who judged several personas; wanted one persona a rater. Exchange scenarios, "
            "or replies within a contrast."
        )
    rows = rows.assign(total=rows["score"] * rows["weight"])
    sums = rows.groupby(["rater", "persona"], sort=True)[["total", "weight"]].sum()
    return sums.assign(score=sums["total"] / sums["weight"], stratum=0).reset_index()


def _scored(data: Coded) -> pd.DataFrame:
    """Rows that compare personas, each with its value less its contrast's average."""
    rows = pd.DataFrame(
        {
            "value": data.value,
            "weight": data.weight,
            "stratum": data.block,
            "persona": [str(one) for one in data.persona],
            "reply": data.reply,
            "rater": 0 if data.rater is None else data.rater,
        }
    )[data.compared]
    total = (rows["value"] * rows["weight"]).groupby(rows["stratum"]).transform("sum")
    average = total / rows["weight"].groupby(rows["stratum"]).transform("sum")
    return rows.assign(score=rows["value"] - average).reset_index(drop=True)


def _table(
    names: "tuple[str, ...] | list[str]", p: "Floats | list[float]", units: list[int], null: str
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "subject": list(names),
            "p": pd.array([None if one != one else float(one) for one in p], dtype="Float64"),
            "units": units,
            "null": null,
        }
    )
