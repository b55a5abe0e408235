"""A design made ready to compare all of its personas, whatever the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from toolkit.analysis.engine import (
    Bools,
    Codes,
    Contrasts,
    Floats,
    Interactions,
    Swept,
    contrasts_between,
    cross_codes,
    interactions_of,
)
from toolkit.analysis.frames import Coded


class Together(NamedTuple):
    """What one outcome says about q personas."""

    effect: Floats
    """Against the reference, shape (q,)."""
    covariance: Floats
    """Of errors in comparisons between personas, shape (q, q)."""
    df: float
    """Its degrees of freedom: those of a comparison by itself, q - 1 times."""
    mean: tuple[float, float, float]
    """Of all personas against the reference: value, standard error, df."""
    contrasts: Contrasts | None
    """None where nothing is left to measure differences by."""


@dataclass(frozen=True)
class PersonaDesign:
    """Personas of one design, with what tells them apart."""

    personas: tuple[str, ...]
    swept: Swept
    """Deviations from the mean of all personas, effects against the reference, then that mean."""
    interactions: Interactions

    def read(self, value: Floats) -> Together:
        """Estimate all personas on one outcome.

        Args:
            value: shape (n,).
        """
        q, effects = len(self.personas), self.swept.effects(value)
        covariance = self.interactions.covariance(self.swept.residuals(value))
        effect, df = effects.estimate[q : 2 * q], (q - 1) / q * float(effects.df[:q].sum())
        at = 2 * q
        mean = (float(effects.estimate[at]), float(effects.se[at]), float(effects.df[at]))
        scale = float(np.ptp(value)) if len(value) else 0.0
        contrasts = contrasts_between(effect, covariance, df, scale=scale)
        return Together(effect, covariance, df, mean, contrasts)


def persona_design(data: Coded, personas: Sequence[str]) -> PersonaDesign:
    """Make a design ready.

    Args:
        data: the observations.
        personas: ids of two or more that were swapped in; no other may have been.
    """
    q = len(personas)
    columns = [data.of(one) for one in personas]
    combine = np.hstack([np.eye(q) - 1 / q, np.eye(q), np.full((q, 1), 1 / q)])
    own = [*columns, *columns, np.any(columns, axis=0)]
    swept = data.sweep(columns, combine=combine, own=own)
    wanted = slice(q, 2 * q)
    return PersonaDesign(
        tuple(personas), swept, interactions_of(swept, _kinds(data, columns), wanted)
    )


def _kinds(data: Coded, columns: Sequence[Bools]) -> list[Codes]:
    """Number persona by scenario and by rater, of personas alone; and units, of all rows."""
    persona: Codes = np.select(columns, range(len(columns)), -1).astype("int64")
    ways = [data.scenario] if data.rater is None else [data.scenario, data.rater]
    crossed = [np.where(persona < 0, -1, cross_codes(np.maximum(persona, 0), one)) for one in ways]
    arm = np.unique(data.arm.astype("str"), return_inverse=True)[1]
    unit = cross_codes(cross_codes(data.block, arm), persona + 1)
    unit = np.unique(unit, return_inverse=True)[1]
    return [*crossed, unit if data.rater is None else cross_codes(unit, data.rater)]
