"""How simulated raters judge: every parameter, and the true effect that follows from them.

A rater sees a reply and nothing else. What they notice of it is its *coldness*: how much of a full
answer's greeting, body and offer is missing. On a latent scale ::

    latent = rater + scenario + contrast + reply - effect x coldness + noise

where every term but ``effect x coldness`` is normal around zero, and the effect itself varies over
scenarios and raters. Cutpoints turn the latent value into 1 to 5; of two replies the better one is
whichever is higher, when the difference, the order effect included, is large enough.

Nothing here knows a persona. Where two arms get equally warm replies, their true difference is 0.
"""

import re
from dataclasses import asdict, dataclass
from math import cos, erf, hypot, log, pi, sqrt
from random import Random
from typing import Any

from toolkit.canon import content_hash
from toolkit.session.rating import Preferred

_PARTS = 3
"""Greeting, body and offer, a paragraph each: what the courteous script always gives."""
_TOLD = re.compile(r"\banswer (?:of )?([1-5])\b", re.IGNORECASE)
_POINTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterModel:
    """How simulated raters judge; standard deviations are in units of the latent noise."""

    severity_sd: float = 0.7
    """Between raters."""
    scenario_sd: float = 0.5
    """Between scenarios."""
    contrast_sd: float = 0.3
    """Between contrasts of a scenario."""
    reply_sd: float = 0.4
    """Between replies of a contrast, for reasons that have nothing to do with the arm."""
    effect: float = 1.0
    """How much lower a reply stands that has lost all of its warmth."""
    effect_scenario_sd: float = 0.2
    """How much that effect varies over scenarios."""
    effect_rater_sd: float = 0.2
    """How much it varies over raters."""
    noise_sd: float = 1.0
    """From one judgment to the next, also of the same reply."""
    cutpoints: tuple[float, float, float, float] = (-2.0, -1.0, 0.0, 1.2)
    """Where 2, 3, 4 and 5 begin."""
    order_effect: float = 0.2
    """In pairs: how much better the left reply looks for being on the left."""
    tie: float = 0.5
    """In pairs: smaller differences are called about equal."""
    neither: float = 0.03
    """In pairs: how often neither is found acceptable."""
    lapse: float = 0.04
    """How often a rater answers without reading, attention items included."""
    cannot_tell: float = 0.6
    """How often a rater would rather not guess the persona; every other guess is at random."""

    def content(self) -> dict[str, Any]:
        """Every parameter, as the record keeps them."""
        values = asdict(self)
        values["cutpoints"] = list(self.cutpoints)
        return values

    # ── one judgment ────────────────────────────────────────────────────────────────────────────

    def points(self, latent: float) -> int:
        """The answer from 1 to 5 for a latent value."""
        return 1 + sum(latent > cut for cut in self.cutpoints)

    def preference(self, lead: float) -> Preferred:
        """The choice of a rater to whom the left reply is better by ``lead``."""
        if abs(lead) <= self.tie:
            return "equal"
        return "left" if lead > 0 else "right"

    # ── the truth ───────────────────────────────────────────────────────────────────────────────

    def mean_points(self, coldness: float) -> float:
        """Expected answer to a reply of this coldness, over raters, scenarios and replies."""
        spread = self._spread(
            self.severity_sd,
            self.scenario_sd,
            self.contrast_sd,
            self.reply_sd,
            self._effect_sd * coldness,
        )
        mean = -self.effect * coldness
        read = 1 + sum(_normal((mean - cut) / spread) for cut in self.cutpoints)
        return (1 - self.lapse) * read + self.lapse * (1 + _POINTS) / 2

    def mean_preference(self, coldness: float, reference: float) -> float:
        """Expected choice between a persona's reply and the reference's, each as often on the left.

        1 is for the persona's reply, -1 for the reference's, 0 for anything else.
        """
        apart = coldness - reference
        spread = self._spread(self.reply_sd, self.reply_sd, self._effect_sd * apart)
        mean = -self.effect * apart
        sides = [
            _normal((mean + order - self.tie) / spread)
            - _normal((-mean - order - self.tie) / spread)
            for order in (self.order_effect, -self.order_effect)
        ]
        return (1 - self.lapse) * (1 - self.neither) * sum(sides) / 2

    @property
    def _effect_sd(self) -> float:
        return hypot(self.effect_scenario_sd, self.effect_rater_sd)

    def _spread(self, *deviations: float) -> float:
        return hypot(self.noise_sd, *deviations)


def coldness(reply: str) -> float:
    """How much of a full answer is missing, read off the reply alone.

    Returns:
        0 with three paragraphs or more, 0.5 with two, 1 with one or none.
    """
    parts = len([part for part in reply.split("\n\n") if part.strip()])
    return (_PARTS - min(_PARTS, max(1, parts))) / (_PARTS - 1)


def told(reply: str) -> int | None:
    """The answer that a reply asks for, as attention items do; None where it asks for none."""
    found = _TOLD.search(reply)
    return int(found[1]) if found else None


def deviate(*label: object) -> float:
    """A standard normal value of one's own for every label, the same on every machine.

    By G. E. P. Box and M. E. Muller (1958) from two uniform values, as ``random()`` is the one
    method whose sequence is promised to stay.
    """
    draw = generator(*label)
    return sqrt(-2 * log(1 - draw.random())) * cos(2 * pi * draw.random())


def generator(*label: object) -> Random:
    """A generator of one's own for every label."""
    return Random(int(content_hash(list(label)).rpartition(":")[2], 16))


def _normal(value: float) -> float:
    """The normal distribution function."""
    return (1 + erf(value / sqrt(2))) / 2
