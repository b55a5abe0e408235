"""Finding: an estimate with its interval, its n, whom it speaks about and its verdict.

A Finding is complete by itself. It never holds a number without its interval, and one that could
not be had is marked *not estimable* with the reason in plain words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from toolkit.analysis.engine import FEWEST_CLUSTERS, Side, Verdict, interval
from toolkit.analysis.findings.finding_columns import FINDING_COLUMNS
from toolkit.analysis.frames import Stage, declare
from toolkit.errors import AnalysisError

EXPLORATORY = "exploratory"
WITHIN: tuple[Verdict, ...] = ("equivalent", "not worse", "not better", "real but negligible")
"""Verdicts that rest on a margin."""
_COUNTED = {
    "raters": ("rater", "participant_id"),
    "scenarios": ("scenario", "scenario_id"),
    "contrasts": ("contrast", "contrast_id"),
    "personas": ("persona", "persona_id"),
    "replies": ("reply", "unit_id"),
}
"""What is counted, to its column in observations and in the frames of a record."""
SIMULTANEOUS = "simultaneous"
"""In how a standard error was had: intervals hold together, as adjusted verdicts do."""
Speaks = Literal["these situations", "in general"]
About = Literal["these personas", "this factor", "all personas", "the raters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a finding rests on; 0 where there is none of a kind."""

    raters: int = 0
    scenarios: int = 0
    contrasts: int = 0
    personas: int = 0
    replies: int = 0
    observations: int = 0
    """Ratings, choices, or replies read by machine."""

    @classmethod
    def of(cls, rows: pd.DataFrame, **known: int) -> "Counts":
        """Count what rows rest on: observations, or rows of a frame of the confirm stage.

        Args:
            rows: one an observation, or ``weight`` of them.
            known: counts that the columns do not tell.
        """
        found = {
            count: int(rows[name].nunique())
            for count, names in _COUNTED.items()
            for name in names
            if name in rows
        }
        size = round(float(rows["weight"].sum())) if "weight" in rows else len(rows)
        return cls(**{**found, "observations": size, **known})


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval."""

    value: float
    low: float
    high: float
    level: float = 0.95

    def text(self, digits: int = 2, *, signed: bool = True) -> str:
        """As people read it: ``−0.31 [−0.55, −0.07]``."""
        sign = "+" if signed else ""
        shown = [f"{one:{sign}.{digits}f}" for one in (self.value, self.low, self.high)]
        value, low, high = (one.replace("-", "−") for one in shown)
        return f"{value} [{low}, {high}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer, with everything a reader needs to weigh it.

    Made of its question, outcome and stage alone it is *bare*: not estimable, and about nothing
    but the situations seen. What several findings share is made once and filled in for each.
    """

    question: str
    """Which analysis: ``disparity``, ``rate``, ``reliability``, …"""
    outcome: str
    """What was observed."""
    subject: str = ""
    """Whom or what it is about: a persona's id, ``gender: woman``, an arm."""
    estimand: str = ""
    """What the number estimates, in words."""
    about: About
    speaks_of: Speaks = "these situations"
    """Contrasts lifted from leads only ever support *these situations*."""
    stage: Stage
    verdict: Verdict = "not estimable"
    compared_with: str = ""
    """The reference, ``grand mean``, or empty."""
    unit: str = ""
    """Of the estimate: ``points (1 to 5)``, ``share of replies``, …"""
    estimate: Estimate | None = None
    """On the natural scale; None only when not estimable."""
    se: float | None = None
    se_type: str = ""
    """How the standard error was had: ``two-way (raters, scenarios)``, …"""
    df: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    family: str = ""
    """Which claims share the error rate, and by which method."""
    margin: float | None = None
    """Largest difference that would not matter; None: nothing is called equivalent."""
    margin_side: Side = "both"
    """On which side of 0 a larger one would matter."""
    n: Counts = Counts()
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Reason to how many rows: refused, errored, truncated, unrated, …"""
    null_arms: Mapping[str, Estimate] = field(default_factory=lambda: MappingProxyType({}))
    """``paraphrase`` and ``resample`` against the reference; never subtracted."""
    beside: Mapping[str, Estimate] = field(default_factory=lambda: MappingProxyType({}))
    """Other estimates of the same comparison, by what they are."""
    tests: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Other p-values, by the name of their test; each says its null in its name."""
    spread: Estimate | None = None
    """Standard deviation of the effect over scenarios, with its interval."""
    without_one_scenario: tuple[float, float] | None = None
    """Lowest and highest estimate when one scenario at a time is left out."""
    without_one_rater: tuple[float, float] | None = None
    plan: str = EXPLORATORY
    """Hash of the frozen plan that asked for it, or ``exploratory``."""
    needs: str = ""
    """Inconclusive: how many more of what would give 80 % power to show that there is no relevant
    difference, and to show one."""
    caveats: tuple[str, ...] = ()
    """Plain sentences, each complete."""
    replies: tuple[str, ...] = ()
    """Ids of the replies behind it."""
    simulated: bool = False

    def __post_init__(self) -> None:
        if any(one != one for one in self._numbers()):
            raise ValueError("finding: got NaN; wanted a number, or None and a caveat")
        if (self.estimate is None) != (self.verdict == "not estimable"):
            raise ValueError("finding: an estimate is missing exactly when it is not estimable")
        if self.verdict in WITHIN and self.margin is None:
            raise ValueError("finding: got an equivalence without a margin; wanted one")
        if self._tested and self.stage != "confirm":
            raise ValueError(f"finding: got a p of stage {self.stage}; wanted stage confirm")
        if self._tested and self.about != "the raters" and self.n.scenarios < FEWEST_CLUSTERS:
            raise ValueError(
                f"finding: got a p from {self.n.scenarios} scenarios; wanted {FEWEST_CLUSTERS} or "
                "more"
            )

    def estimated(
        self, subject: str, estimand: str, at: Estimate | None, why: str = "", **more: Any
    ) -> "Finding":
        """Say the same of another number, which compares nothing, or why it cannot be had.

        Args:
            subject: whom or what the number is about.
            estimand: what it estimates, in words.
            at: the number with its interval; None: it is not estimable.
            why: why it is not, or what limits it.
            more: other fields; ``se_type`` holds only where there is a number.
        """
        fields: dict[str, Any] = {"verdict": "estimated", "caveats": (why,) if why else (), **more}
        if at is None:
            fields |= {"verdict": "not estimable", "se_type": ""}
        return replace(self, subject=subject, estimand=estimand, estimate=at, **fields)

    @property
    def direction(self) -> str:
        """Which way it differs, in words; empty where no difference is claimed."""
        if self.estimate is None or self.verdict not in ("differs", "real but negligible"):
            return ""
        return "higher" if self.estimate.value > 0 else "lower"

    @property
    def bridge(self) -> str:
        """Why the verdict is another than the interval alone suggests; empty where it is not."""
        at, p, adjusted = self.estimate, self.p, self.p_adjusted
        if at is None or p is None or self.se is None or self.df is None:
            return ""
        claimed, margin = self.direction != "", self.margin or 0.0
        beyond = not at.low <= 0 <= at.high
        if not claimed and beyond and adjusted is not None and adjusted > p:
            # At this level the interval leaves 0 out exactly when the adjusted p does.
            level = 1 - (1 - at.level) * p / adjusted
            low, high = interval(at.value, self.se, self.df, level=level)
            family = Estimate(value=at.value, low=low, high=high, level=level)
            return (
                f"That interval is of this claim alone. Among {self.family} it is {family.text()}, "
                f"which holds 0, so no difference is claimed (p {p:.2g} alone, {adjusted:.2g} "
                "adjusted)."
            )
        inside = (self.margin_side == "high" or -margin < at.low) and (
            self.margin_side == "low" or at.high < margin
        )
        within, one_sided = self.verdict in WITHIN, self.margin_side != "both"
        if within and not inside:
            low, high = interval(at.value, self.se, self.df, level=2 * at.level - 1)
            narrow = Estimate(value=at.value, low=low, high=high)
            return (
                f"Equivalent within {margin:g} is decided by the {2 * at.level - 1:.0%} interval, "
                f"{narrow.text()}."
            )
        if inside and not within and not (one_sided and claimed):
            return (
                f"Alone it lies within {margin:g}; among {self.family} that is not sure enough to "
                f"be called {'more than inconclusive' if one_sided else 'equivalent'}."
            )
        return ""

    @property
    def _tested(self) -> bool:
        return self.p is not None or self.p_adjusted is not None or bool(self.tests)

    def _numbers(self) -> list[float]:
        """Every number it holds."""
        shown = [self.estimate, self.spread, *self.null_arms.values(), *self.beside.values()]
        ends: list[tuple[float, ...]] = [(one.value, one.low, one.high) for one in shown if one]
        ends += [one for one in (self.without_one_scenario, self.without_one_rater) if one]
        single = (self.se, self.df, self.p, self.p_adjusted, self.margin)
        return [
            *(one for one in single if one is not None),
            *(number for several in ends for number in several),
            *self.tests.values(),
        ]

    def content(self) -> dict[str, Any]:
        """Everything as JSON values; an infinite number is a text."""
        held = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        return held | {"direction": self.direction, "bridge": self.bridge}


def columns_of(at: Estimate | None, name: str = "estimate") -> dict[str, float | None]:
    """Give an estimate as columns of a table, missing where there is none.

    Args:
        at: the estimate.
        name: of the column that holds its value, beside ``low`` and ``high``.
    """
    value, low, high = (at.value, at.low, at.high) if at else (None, None, None)
    return {name: value, "low": low, "high": high}


def require_findings(got: object, who: str) -> None:
    """Refuse what holds findings and is not a list of them.

    Args:
        got: what a caller passed for findings.
        who: the function that asks.

    Raises:
        AnalysisError: if it is no sequence of ``Finding``.
    """
    many = list(got) if isinstance(got, Sequence) and not isinstance(got, str) else None
    strange = [type(one).__name__ for one in many or () if not isinstance(one, Finding)]
    if many is not None and not strange:
        return
    then = "Take them from the result of an analysis, as disparity(observations).findings."
    if isinstance(got, Finding):
        then = f"Write {who}([finding])."
    elif hasattr(got, "findings"):
        then = f"Write {who}(found.findings)."
    what = f"a list with a {strange[0]}" if strange else f"a {type(got).__name__}"
    raise AnalysisError(f"{who}: got {what}; wanted a list of findings. {then}")


def require_shares(who: str, **shares: object) -> None:
    """Refuse levels and error rates that are none.

    Args:
        who: the function that asks.
        **shares: by the name of their argument.

    Raises:
        AnalysisError: naming the first that does not lie between 0 and 1.
    """
    for argument, share in shares.items():
        if not (isinstance(share, int | float) and 0 < share < 1):
            raise AnalysisError(
                f"{who}: got {argument}={share!r}; wanted a share between 0 and 1. For 95 %, write "
                "0.95."
            )


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Put findings into a tidy table with ``FINDING_COLUMNS``, one row each, in their order."""
    rows = [
        {
            **{column.name: getattr(one, column.name, None) for column in FINDING_COLUMNS},
            **{count.name: getattr(one.n, count.name) for count in fields(Counts)},
            **columns_of(one.estimate),
            "level": one.estimate.level if one.estimate else None,
            "spread": one.spread.value if one.spread else None,
            "spread_low": one.spread.low if one.spread else None,
            "spread_high": one.spread.high if one.spread else None,
            "caveats": " ".join(filter(None, (one.bridge, *one.caveats))),
        }
        for one in findings
    ]
    return declare(pd.DataFrame(rows), FINDING_COLUMNS)


def _plain(value: Any) -> Any:
    if isinstance(value, Counts | Estimate):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return "infinite" if value > 0 else "-infinite"
    return value
