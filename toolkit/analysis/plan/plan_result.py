"""Result of a frozen plan: its steps in order, what they found, and what was not as planned."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from toolkit.analysis.findings import Finding, findings_frame
from toolkit.analysis.frames import ConfirmDesign, Frames
from toolkit.analysis.plan.plan_data import PlanData
from toolkit.analysis.plan.step import Step
from toolkit.errors import AnalysisError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """A plan that was run; ``toolkit.report`` writes it in words."""

    observed: PlanData = field(repr=False)
    """What every finding rests on."""
    steps: tuple[Step, ...] = field(repr=False)
    """In the order of the plan."""
    deviations: tuple[str, ...]
    """What is not as it was frozen, each a sentence; empty when nothing is known to be."""
    simulated: tuple[str, ...]
    """What of it is not real, each a sentence; empty when people rated and an AI answered."""
    interim: str = ""
    """That not everything planned is there yet, in a sentence; empty when it is."""
    notes: tuple[str, ...] = ()
    """What else the plan fixed, in words."""

    @property
    def design(self) -> ConfirmDesign:
        """What was frozen."""
        return self.observed.design

    @property
    def frames(self) -> Frames:
        """What every finding rests on; ``evidence`` takes them."""
        return self.observed.frames

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all steps, in their order."""
        return tuple(one for step in self.steps for one in step.findings)

    @property
    def table(self) -> pd.DataFrame:
        """All findings as a tidy table, with the step each belongs to."""
        steps = [(step.key, step.status) for step in self.steps for _ in step.findings]
        named = pd.DataFrame(steps, columns=["step", "status"], dtype="str")
        return pd.concat([named, findings_frame(self.findings)], axis=1)

    def step(self, key: str) -> Step:
        """Give one step.

        Raises:
            AnalysisError: if the plan has none of that name.
        """
        for one in self.steps:
            if one.key == key:
                return one
        raise AnalysisError(
            f"report: got the step {key!r}; wanted one of "
            f"{', '.join(one.key for one in self.steps)}. Name one of these."
        )

    def content(self) -> dict[str, Any]:
        """Everything but tables as JSON values."""
        return {
            "study": self.design.study_id,
            "plan": self.design.confirm_hash,
            "analysis": self.design.analysis.model_dump(mode="json"),
            "simulated": list(self.simulated),
            "interim": self.interim,
            "deviations": list(self.deviations),
            "notes": list(self.notes),
            "steps": [one.content() for one in self.steps],
        }
