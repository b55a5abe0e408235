"""Latent-variable model of ratings: how planned and simulated raters are assumed to judge.

An answer on an ordered scale rests on a latent value, a sum of terms that are each normal around
its own mean; cutpoints turn it into the answer (ordered probit: R. D. McKelvey and W. Zavoina
1975). Of two replies the better one is whichever is higher by more than a tie (L. L. Thurstone
1927, with ties); whatever both share, cancels. So every true effect is known exactly.
"""

from dataclasses import dataclass
from math import erf, hypot, sqrt
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentRating:
    """Assumptions about raters, and no measurement of anybody; deviations are on the latent scale.

    What is set here unless told otherwise are the raters that the simulated samples of this
    project are rated by.
    """

    severity_sd: float = 0.7
    """Between raters: how severe they are."""
    scenario_sd: float = 0.5
    """Between scenarios."""
    contrast_sd: float = 0.3
    """Between contrasts of a scenario."""
    reply_sd: float = 0.4
    """Between replies to the same prompt."""
    effect_scenario_sd: float = 0.2
    """How much an effect varies over scenarios."""
    effect_rater_sd: float = 0.2
    """How much it varies over raters."""
    noise_sd: float = 1.0
    """From one judgment to the next, also of the same reply."""
    cutpoints: tuple[float, ...] = (-2.0, -1.0, 0.0, 1.2)
    """Where 2, 3, … begin. One: answers are 0 or 1. None: the latent value is the answer."""
    lapse: float = 0.04
    """How often somebody answers at random, without reading."""
    order_effect: float = 0.2
    """In pairs: how much better the left reply looks for being on the left."""
    tie: float = 0.5
    """In pairs: smaller differences are called about equal."""
    neither: float = 0.03
    """In pairs: how often neither reply is found acceptable."""

    @property
    def lowest(self) -> int:
        """The lowest answer: 0 of two, else 1."""
        return 0 if len(self.cutpoints) == 1 else 1

    def points(self, latent: float) -> int:
        """The answer for a latent value."""
        return self.lowest + sum(latent > cut for cut in self.cutpoints)

    def preference(self, lead: float) -> Literal["left", "right", "equal"]:
        """The choice of a rater to whom the left reply is better by ``lead``."""
        if abs(lead) <= self.tie:
            return "equal"
        return "left" if lead > 0 else "right"

    def expected_points(self, mean: float, slope_sd: float = 0.0) -> float:
        """Expected answer over raters, scenarios, contrasts and replies.

        Args:
            mean: of the latent value.
            slope_sd: how much the effect in it varies, on the latent scale.
        """
        if not self.cutpoints:
            return mean
        varying = (self.severity_sd, self.scenario_sd, self.contrast_sd, self.reply_sd, slope_sd)
        read = self.lowest + sum(self.above(mean - cut, *varying) for cut in self.cutpoints)
        return (1 - self.lapse) * read + self.lapse * (self.lowest + len(self.cutpoints) / 2)

    def expected_preference(self, mean: float, slope_sd: float = 0.0) -> float:
        """Expected choice between a reply and the reference's, each as often on the left.

        Args:
            mean: by how much the reply is better, on the latent scale.
            slope_sd: how much that varies.

        Returns:
            1 is for the reply, -1 for the reference's, 0 for anything else.
        """
        varying = (self.reply_sd, self.reply_sd, slope_sd)
        sides = [
            self.above(mean + order - self.tie, *varying)
            - self.above(-mean - order - self.tie, *varying)
            for order in (self.order_effect, -self.order_effect)
        ]
        return (1 - self.lapse) * (1 - self.neither) * sum(sides) / 2

    def above(self, lead: float, *deviations: float) -> float:
        """Probability that ``lead``, with normal terms and the noise of a judgment, is above 0.

        Args:
            lead: the mean.
            *deviations: standard deviation of each term.
        """
        return (1 + erf(lead / hypot(self.noise_sd, *deviations) / sqrt(2))) / 2
