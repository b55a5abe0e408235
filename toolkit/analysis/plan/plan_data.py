"""Data of an analysis plan: the freeze, its frames, and each outcome observed once."""

from dataclasses import dataclass, field, replace
from typing import Literal

from toolkit.analysis.frames import (
    OBSERVATION_COLUMNS,
    ConfirmDesign,
    Frames,
    Observations,
    declare,
    observe,
)
from toolkit.design import Outcome

Cueing = Literal["explicit", "implicit"]
CUEINGS: tuple[Cueing, ...] = ("explicit", "implicit")


@dataclass(frozen=True, slots=True)
class PlanData:
    """A confirm freeze with its frames and the observations of every outcome asked for so far."""

    frames: Frames
    """Of the freeze alone."""
    design: ConfirmDesign
    """What was frozen."""
    _taken: dict[str, Observations] = field(default_factory=dict)

    def of(self, outcome: Outcome) -> Observations:
        """Take an outcome; the same object each time.

        Raises:
            AnalysisError: if raters were never asked for it.
        """
        if outcome.name not in self._taken:
            self._taken[outcome.name] = observe(self.frames, outcome, design=self.design)
        return self._taken[outcome.name]

    @property
    def primary(self) -> Observations:
        """Observations of the plan's primary outcome."""
        return self.of(self.outcomes[0])

    @property
    def seed(self) -> int:
        """Of whatever is drawn: the one that the study froze."""
        return self.design.plan.seed

    @property
    def cues(self) -> tuple[Cueing, ...]:
        """What carries the cue, in the contrasts that were sent."""
        sent = set(self.frames.replies["cueing"].astype("str"))
        return tuple(one for one in CUEINGS if one in sent)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What the plan names, the primary outcome first."""
        plan = self.design.analysis
        return tuple(self.design.outcome(one) for one in (plan.primary, *plan.secondary))

    def cued(self, cueing: Cueing) -> Observations:
        """Take the primary outcome on contrasts with one kind of cue."""
        replies = self.frames.replies
        named = set(replies["contrast_id"][replies["cueing"].eq(cueing)].astype("str"))
        some = self.primary.where(self.primary.frame["contrast"].astype("str").isin(named))
        # Who stands in no such contrast is no persona of this question.
        return replace(some, frame=declare(some.frame, OBSERVATION_COLUMNS))
