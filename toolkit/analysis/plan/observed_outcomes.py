"""Outcomes of one confirm freeze, each taken from its frames once."""

from dataclasses import dataclass, field

from toolkit.analysis.frames import ConfirmDesign, Frames, Observations, observe


@dataclass(frozen=True, slots=True)
class ObservedOutcomes:
    """The observations of every outcome that was asked for so far."""

    frames: Frames
    """Of the freeze alone."""
    design: ConfirmDesign
    _taken: dict[str, Observations] = field(default_factory=dict)

    @property
    def primary(self) -> Observations:
        """Observations of the plan's primary outcome."""
        return self.of(self.design.analysis.primary)

    def of(self, outcome: str) -> Observations:
        """Take an outcome; the same object each time.

        Raises:
            AnalysisError: if raters were never asked for it.
        """
        if outcome not in self._taken:
            self._taken[outcome] = observe(self.frames, outcome, design=self.design)
        return self._taken[outcome]
