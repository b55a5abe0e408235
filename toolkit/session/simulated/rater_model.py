"""Latent rater model: how simulated raters judge, with effects that replies carry.

A rater sees a reply and nothing else. What they notice of it is its *coldness*: how much of a full
answer's greeting, body and offer is missing. On a latent scale ::

    latent = rater + scenario + contrast + reply - effect x coldness + noise

where every term but ``effect x coldness`` is normal around zero, and the effect itself varies over
scenarios and raters.

Nothing here knows a persona. Where two arms get equally warm replies, their true difference is 0.
"""

import re
from dataclasses import asdict, dataclass
from math import cos, hypot, log, pi, sqrt
from random import Random
from typing import Any

from toolkit.canon import content_hash
from toolkit.design import LatentRating

_PARTS = 3
"""Greeting, body and offer, a paragraph each: what the courteous script always gives."""
_TOLD = re.compile(r"\banswer (?:of )?([1-5])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterModel(LatentRating):
    """How simulated raters judge; standard deviations are in units of the latent noise."""

    effect: float = 1.0
    """How much lower a reply stands that has lost all of its warmth."""
    cannot_tell: float = 0.6
    """How often a rater would rather not guess the persona; every other guess is at random."""

    def content(self) -> dict[str, Any]:
        """Every parameter, as the record keeps them."""
        return {**asdict(self), "cutpoints": list(self.cutpoints)}

    def mean_points(self, coldness: float) -> float:
        """Expected answer to a reply of this coldness, over raters, scenarios and replies."""
        return self.expected_points(-self.effect * coldness, self._effect_sd * coldness)

    def mean_preference(self, coldness: float, reference: float) -> float:
        """Expected choice between a persona's reply and the reference's, each as often on the left.

        Args:
            coldness: of the persona's reply.
            reference: coldness of the reference's.

        Returns:
            1 is for the persona's reply, -1 for the reference's, 0 for anything else.
        """
        apart = coldness - reference
        return self.expected_preference(-self.effect * apart, self._effect_sd * apart)

    @property
    def _effect_sd(self) -> float:
        return hypot(self.effect_scenario_sd, self.effect_rater_sd)


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
