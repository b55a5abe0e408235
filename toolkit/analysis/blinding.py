"""Whether raters could tell whose reply they were reading.

Raters are asked now and then which persona wrote, among a few on offer; they may say that they
cannot tell. Right more often than guessing would be means that blinding did not hold.
"""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis.findings import (
    EXPLORATORY,
    SHARE_HOW,
    ClusteredMean,
    Counts,
    Estimate,
    Finding,
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
_ONE = "All guesses are by one rater, so nothing can be said of raters in general."
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


def blinding(
    frames: Frames, outcome: str | Observations | None = None, *, plan: str = EXPLORATORY
) -> Blinding:
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
        plan: hash of the frozen plan that asked, or ``exploratory``.

    Raises:
        AnalysisError: if the frames hold explore rows, or no such outcome.
    """
    rows = frames.guesses[frames.guesses["state"].notna()]
    require_stage(rows, "confirm")
    rows = _scored(rows)
    simulated = bool(rows["simulated"].any())
    found = _Guesses(rows, plan, simulated, int(frames.guesses["state"].isna().sum()))
    return Blinding(
        findings=(found.right(), found.index(), found.unsure()),
        table=_table(rows),
        by_guess=_by_guess(frames, rows, outcome),
        says=found.says(),
        simulated=simulated,
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


class _Guesses:
    """Findings about the guesses of one study."""

    def __init__(self, rows: pd.DataFrame, plan: str, simulated: bool, no_reply: int) -> None:
        self.rows = rows
        self.named = rows[rows["named"]]
        self.plan, self.simulated = plan, simulated
        self.left_out = {"no reply": no_reply} if no_reply else {}

    def right(self) -> Finding:
        """The share right among those named, against chance."""
        rows = self.named
        share, unsure = _share(rows["right"], rows), _share(~self.rows["named"], self.rows)
        beside = {RIGHT_SHARE: share, UNSURE_SHARE: unsure}
        beside = {name: one for name, one in beside.items() if one}
        more: dict[str, Any] = {
            "unit": "share of guesses that name a persona",
            "beside": MappingProxyType(beside),
            "tests": MappingProxyType({EXACT: exact_p(rows)} if share else {}),
        }
        estimand = "share right among guesses that name a persona, minus what guessing gives"
        if share and share.value in (0, 1):
            return self._all_alike(estimand, share, rows, more)
        excess = _mean(rows["right"] - rows["chance"], rows)
        if excess and excess.se:
            more |= {"compared_with": "guessing", **excess.tested()}
        else:
            why = _FLAT if excess else _why(self.rows, rows)
            more |= {"verdict": "not estimable", "caveats": (why,)}
        return self._finding("guesses at the persona", estimand, rows, **more)

    def index(self) -> Finding:
        """Bang's blinding index; it describes, as one question has one test."""
        mean = _mean(self.rows["score"], self.rows)
        made: dict[str, Any] = {"verdict": "not estimable"}
        if mean and mean.se:
            made = {**mean.tested(), "verdict": "estimated", "p": None}
        else:
            made["caveats"] = (_FLAT if mean else _why(self.rows, self.rows),)
        return self._finding(
            "Bang's blinding index",
            "mean of 1 for right, −1 / (options − 1) for wrong, 0 for cannot tell",
            self.rows,
            unit="index (0: guessing, 1: all right)",
            compared_with="guessing",
            **made,
        )

    def unsure(self) -> Finding:
        """The share that cannot tell."""
        rows = self.rows
        share = _share(~rows["named"], rows)
        return self._finding(
            "cannot tell",
            "share of guesses that say: cannot tell",
            rows,
            unit="share of guesses",
            verdict="estimated" if share else "not estimable",
            estimate=share,
            se_type=SHARE_HOW if share else "",
            caveats=() if share else (_why(rows, rows),),
        )

    def says(self) -> str:
        """Whether raters could tell, in words."""
        one, n = self.right(), len(self.named)
        if self.rows.empty:
            return _NONE
        unsure = f"{len(self.rows) - n} of {len(self.rows)} guesses said: cannot tell."
        if one.estimate is None:
            return f"{one.caveats[0]} {unsure}"
        share = one.beside[RIGHT_SHARE]
        got = (
            f"{int(self.named['right'].sum())} of {n} guesses that named a persona were right "
            f"({_percent(share.value)}, 95 % interval {_percent(share.low)} to "
            f"{_percent(share.high)}), where guessing gives {_percent(self.named['chance'].mean())}"
        )
        if one.verdict != "differs":
            told = "It is not settled whether raters could tell whose reply they read"
        elif one.estimate.value > 0:
            told = "Raters could tell whose reply they read more often than by guessing"
        else:
            told = "Raters were right less often than by guessing, so something misled them"
        return f"{told}: {got}. {unsure}"

    def _all_alike(
        self, estimand: str, share: Estimate, rows: pd.DataFrame, more: dict[str, Any]
    ) -> Finding:
        """None or all are right, so only the bound of that share is known."""
        by_chance, at = float(rows["chance"].mean()), share
        excess = Estimate(
            value=at.value - by_chance, low=at.low - by_chance, high=at.high - by_chance
        )
        return self._finding(
            "guesses at the persona",
            estimand,
            rows,
            compared_with="guessing",
            verdict="inconclusive" if excess.low <= 0 <= excess.high else "differs",
            estimate=excess,
            se_type=SHARE_HOW,
            **more,
        )

    def _finding(self, subject: str, estimand: str, rows: pd.DataFrame, **more: Any) -> Finding:
        return Finding(
            question="blinding",
            outcome="guess",
            subject=subject,
            estimand=estimand,
            about="the raters",
            speaks_of="these situations",
            stage="confirm",
            n=Counts(
                raters=rows["rater"].nunique(),
                contrasts=rows["contrast_id"].nunique(),
                personas=rows["persona_id"].nunique(),
                replies=rows["unit_id"].nunique(),
                observations=len(rows),
            ),
            left_out=MappingProxyType(self.left_out),
            plan=self.plan,
            replies=tuple(sorted(rows["unit_id"].unique())),
            simulated=self.simulated,
            **more,
        )


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
    groups = [(str(arm), rows[rows["arm"].eq(arm)]) for arm in ARMS]
    made = []
    for arm, own in [*((arm, own) for arm, own in groups if len(own)), ("all", rows)]:
        mean = _mean(own["score"], own)
        made.append(
            {
                "arm": arm,
                "guesses": len(own),
                "named": int(own["named"].sum()),
                "right": int(own["right"].sum()),
                "wrong": int((own["named"] & own["right"].eq(0)).sum()),
                "cannot_tell": int((~own["named"]).sum()),
                "expected": float(own["chance"][own["named"]].sum()),
                **columns_of(mean.estimate() if mean and mean.se else None, "index"),
                "raters": own["rater"].nunique(),
            }
        )
    return pd.DataFrame(made)


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
    made = []
    for guess, own in (
        (_RIGHT, both[both["state"].eq("right")]),
        (_NOT, both[both["state"].ne("right")]),
    ):
        mean = _mean(own["value"], own)
        at = columns_of(mean.estimate() if mean and mean.se else None, "difference")
        counts = {"judgments": len(own), "raters": own["rater"].nunique()}
        made.append({"outcome": observed.outcome, "guess": guess, **at, **counts})
    return pd.DataFrame(made, columns=names)


def _mean(values: "pd.Series[Any]", rows: pd.DataFrame) -> ClusteredMean | None:
    return mean_over_raters(values.to_numpy(dtype="float64"), rows["rater"].to_numpy())


def _share(marks: "pd.Series[Any]", rows: pd.DataFrame) -> Estimate | None:
    return share_over_raters(marks.to_numpy(dtype="float64"), rows["rater"].to_numpy())


def _why(every: pd.DataFrame, rows: pd.DataFrame) -> str:
    if every.empty:
        return _NONE
    return _UNNAMED if rows.empty else _ONE


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
