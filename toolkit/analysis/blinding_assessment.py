"""Blinding assessment: whether raters could tell whose reply they were reading.

Raters are asked now and then which persona wrote, among a few on offer; they may say that they
cannot tell. Right more often than guessing would be means that blinding did not hold.
"""

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS
from toolkit.analysis.findings import (
    SHARE_HOW,
    ClusteredMean,
    Counts,
    Estimate,
    Finding,
    against_zero,
    columns_of,
    mean_over_raters,
    share_over_raters,
)
from toolkit.analysis.frames import ARMS, Frames, Observations, observe, require_stage

EXACT = "guesses independent of each other, all at chance (exact)"
RIGHT_SHARE = "share right among guesses that name a persona"
UNSURE_SHARE = "share of guesses that say: cannot tell"
_RIGHT, _NOT = "guessed right", "guessed wrong or cannot tell"
_NONE = "Raters made no guess at a persona, so whether they could tell is not known."
_UNNAMED = "No guess named a persona, so there is no share to compare with chance."
_FEW = (
    f"Guesses are by fewer than {FEWEST_CLUSTERS} raters, so nothing can be said of raters in "
    "general."
)
_FLAT = "Every guess scored alike, so there is no standard error; read the share that is right."


@dataclass(frozen=True, slots=True)
class Blinding:
    """What raters' guesses say of the blinding."""

    findings: tuple[Finding, ...]
    """Share right against chance; Bang's index; share that cannot tell."""
    table: pd.DataFrame = field(repr=False)
    """One row an arm and one for all: ``arm guesses named right wrong cannot_tell expected index
    low high raters``; ``expected`` of those named are right by chance."""
    by_guess: pd.DataFrame = field(repr=False)
    """The effect where the persona was guessed right, and elsewhere: ``outcome guess difference
    low high judgments raters``. It describes; what is compared was not drawn."""
    says: str
    """Whether raters could tell, in a sentence with its n."""
    simulated: bool


def blinding(frames: Frames, outcome: str | Observations | None = None) -> Blinding:
    """Compare raters' guesses at personas with chance.

    Estimand: the share of guesses that are right among those naming a persona, minus the share
    that guessing gives, the mean of 1 / options. Interval and test are clustered by rater, t with
    raters - 1 degrees of freedom. Beside it stands the exact test of the sharp null that every
    guess is right by chance alone, independently (Poisson binomial, doubled smaller tail).

    Bang's index is the mean of 1 for right, -1 / (options - 1) for wrong and 0 for *cannot tell*:
    0 is guessing, 1 is all right. With two options it is the index of H. Bang, L. Ni and C. E.
    Davis 2004, Controlled Clinical Trials 25, 143-156; its interval is clustered by rater.

    Args:
        frames: of stage confirm.
        outcome: whose effect is told apart by guess: a question's id, ``preference``, or its
            observations; None: none is.

    Raises:
        AnalysisError: if the frames hold explore rows, or no such outcome.
    """
    rows = frames.guesses[frames.guesses["state"].notna()]
    require_stage(rows, "confirm")
    rows = _scored(rows)
    no_reply = int(frames.guesses["state"].isna().sum())
    bare = Finding(
        question="blinding",
        outcome="guess",
        about="the raters",
        stage="confirm",
        compared_with="guessing",
        left_out=MappingProxyType({"no reply": no_reply} if no_reply else {}),
        simulated=bool(rows["simulated"].any()),
    )
    right = _right(rows, bare)
    return Blinding(
        findings=(right, _index(rows, bare), _unsure(rows, bare)),
        table=_table(rows),
        by_guess=_by_guess(frames, rows, outcome),
        says=_says(rows, right),
        simulated=bare.simulated,
    )


def _scored(rows: pd.DataFrame) -> pd.DataFrame:
    options = rows["options"].to_numpy(dtype="float64")
    right = rows["state"].eq("right").to_numpy(dtype="float64")
    named = rows["state"].ne("cannot tell").to_numpy()
    penalty = np.where(options > 1, 1 / np.maximum(options - 1, 1), 0.0)
    return rows.assign(
        rater=rows["participant_id"].astype("str"),
        right=right,
        named=named,
        chance=1 / options,
        score=np.where(right == 1, 1.0, np.where(named, -penalty, 0.0)),
    )


def _right(rows: pd.DataFrame, bare: Finding) -> Finding:
    """The share right among those named, against chance."""
    named = rows[rows["named"]]
    share, unsure = _share(named["right"], named), _share(~rows["named"], rows)
    beside = {RIGHT_SHARE: share, UNSURE_SHARE: unsure}
    made = replace(
        bare,
        subject="guesses at the persona",
        estimand="share right among guesses that name a persona, minus what guessing gives",
        unit="share of guesses that name a persona",
        beside=MappingProxyType({name: one for name, one in beside.items() if one}),
        tests=MappingProxyType({EXACT: exact_p(named)} if share else {}),
        **_rests_on(named),
    )
    if share and share.value in (0, 1):
        # None or all are right, so only the bound of that share is known.
        chance = float(named["chance"].mean())
        ends = (one - chance for one in (share.value, share.low, share.high))
        excess = Estimate(**dict(zip(("value", "low", "high"), ends, strict=True)))
        return replace(
            made,
            verdict="inconclusive" if excess.low <= 0 <= excess.high else "differs",
            estimate=excess,
            se_type=SHARE_HOW,
        )
    mean = _mean(named["right"] - named["chance"], named)
    return replace(made, **against_zero(mean, _why(rows, named), _FLAT))


def _index(rows: pd.DataFrame, bare: Finding) -> Finding:
    """Bang's blinding index; it describes, as one question has one test."""
    mean = _mean(rows["score"], rows)
    made = against_zero(mean, _why(rows, rows), _FLAT)
    if "p" in made:
        made |= {"p": None, "verdict": "estimated"}
    return replace(
        bare,
        subject="Bang's blinding index",
        estimand="mean of 1 for right, −1 / (options − 1) for wrong, 0 for cannot tell",
        unit="index (0: guessing, 1: all right)",
        **_rests_on(rows),
        **made,
    )


def _unsure(rows: pd.DataFrame, bare: Finding) -> Finding:
    share = _share(~rows["named"], rows)
    return bare.estimated(
        "cannot tell",
        UNSURE_SHARE,
        share,
        "" if share else _why(rows, rows),
        unit="share of guesses",
        compared_with="",
        se_type=SHARE_HOW,
        **_rests_on(rows),
    )


def _rests_on(rows: pd.DataFrame) -> dict[str, Any]:
    return {"n": Counts.of(rows), "replies": tuple(sorted(rows["unit_id"].unique()))}


def _says(rows: pd.DataFrame, one: Finding) -> str:
    """Whether raters could tell, in words."""
    if rows.empty:
        return _NONE
    named = rows[rows["named"]]
    unsure = f"{len(rows) - len(named)} of {len(rows)} guesses said: cannot tell."
    if one.estimate is None:
        return f"{one.caveats[0]} {unsure}"
    share = one.beside[RIGHT_SHARE]
    got = (
        f"{int(named['right'].sum())} of {len(named)} guesses that named a persona were right "
        f"({_percent(share.value)}, 95 % interval {_percent(share.low)} to "
        f"{_percent(share.high)}), where guessing gives {_percent(named['chance'].mean())}"
    )
    if one.verdict != "differs":
        told = "It is not settled whether raters could tell whose reply they read"
    elif one.estimate.value > 0:
        told = "Raters could tell whose reply they read more often than by guessing"
    else:
        told = "Raters were right less often than by guessing, so something misled them"
    return f"{told}: {got}. {unsure}"


def exact_p(rows: pd.DataFrame) -> float:
    """Give the p of the sharp null that every guess is right by chance alone, independently.

    Args:
        rows: ``right chance``, one row a guess that names a persona.

    Returns:
        Twice the smaller tail of the Poisson binomial distribution, at most 1.
    """
    probability = np.ones(1)
    for chance in rows["chance"]:
        probability = np.convolve(probability, [1 - chance, chance])
    right = int(rows["right"].sum())
    tails = probability[: right + 1].sum(), probability[right:].sum()
    return float(min(1.0, 2 * min(tails)))


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    arms = [(arm, rows[rows["arm"].eq(arm)]) for arm in ARMS]
    return pd.DataFrame(
        [
            {
                "arm": arm,
                "guesses": len(own),
                "named": int(own["named"].sum()),
                "right": int(own["right"].sum()),
                "wrong": int((own["named"] & own["right"].eq(0)).sum()),
                "cannot_tell": int((~own["named"]).sum()),
                "expected": float(own["chance"][own["named"]].sum()),
                **columns_of(_known(_mean(own["score"], own)), "index"),
                "raters": own["rater"].nunique(),
            }
            for arm, own in (*(one for one in arms if len(one[1])), ("all", rows))
        ]
    )


def _by_guess(
    frames: Frames, rows: pd.DataFrame, outcome: str | Observations | None
) -> pd.DataFrame:
    """Set judgments of swapped replies against the mean of their contrast's reference."""
    names = ["outcome", "guess", "difference", "low", "high", "judgments", "raters"]
    if outcome is None or rows.empty:
        return pd.DataFrame(columns=names)
    observed = outcome if isinstance(outcome, Observations) else observe(frames, outcome)
    seen = observed.frame.astype({"rater": "object", "contrast": "object"})
    if not observed.of.paired:
        means = seen[seen["arm"].eq("reference")].groupby("contrast")["value"].mean()
        seen = seen.assign(value=seen["value"] - seen["contrast"].map(means))
    seen = seen[seen["arm"].eq("swap") & seen["value"].notna()]
    guessed = rows[["rater", "unit_id", "state"]].rename(columns={"unit_id": "reply"})
    both = seen.merge(guessed, on=["rater", "reply"])
    right = both["state"].eq("right")
    made = []
    for guess, own in ((_RIGHT, both[right]), (_NOT, both[~right])):
        at = columns_of(_known(_mean(own["value"], own))).values()
        made.append((observed.outcome, guess, *at, len(own), own["rater"].nunique()))
    return pd.DataFrame(made, columns=names)


def _known(mean: ClusteredMean | None) -> Estimate | None:
    return mean.estimate() if mean and mean.se else None


def _mean(values: "pd.Series[Any]", rows: pd.DataFrame) -> ClusteredMean | None:
    return mean_over_raters(values.to_numpy(dtype="float64"), rows["rater"].to_numpy())


def _share(marks: "pd.Series[Any]", rows: pd.DataFrame) -> Estimate | None:
    return share_over_raters(marks.to_numpy(dtype="float64"), rows["rater"].to_numpy())


def _why(every: pd.DataFrame, rows: pd.DataFrame) -> str:
    if every.empty:
        return _NONE
    return _UNNAMED if rows.empty else _FEW


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
