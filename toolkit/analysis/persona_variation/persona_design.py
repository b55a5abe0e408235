"""A design made ready to compare all of its personas, whatever the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from toolkit.analysis.engine import (
    MOST_CELLS,
    Contrasts,
    Floats,
    Interactions,
    Swept,
    contrasts_between,
    interactions_of,
)
from toolkit.analysis.frames import Coded
from toolkit.errors import AnalysisError


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


def persona_design(data: Coded, personas: Sequence[str], question: str) -> PersonaDesign:
    """Make a design ready.

    Args:
        data: the observations.
        personas: ids of two or more that were swapped in; no other may have been.
        question: whom a refusal names.

    Raises:
        AnalysisError: if there are too many observations for so many personas.
    """
    q, clusters = len(personas), len(np.unique(data.scenario))
    clusters += 0 if data.rater is None else len(np.unique(data.rater))
    if len(data.value) * q * clusters > MOST_CELLS:
        raise AnalysisError(
            f"{question}: got {len(data.value):,} observations of {q} personas in {clusters:,} "
            f"situations and raters; wanted a product of the three of at most {MOST_CELLS:,}. "
            "Average repeated answers of a rater first, or compare fewer personas."
        )
    columns = [data.of(one) for one in personas]
    combine = np.hstack([np.eye(q) - 1 / q, np.eye(q), np.full((q, 1), 1 / q)])
    own = [*columns, *columns, np.any(columns, axis=0)]
    swept = data.sweep(columns, combine=combine, own=own)
    place = np.select(columns, range(q), -1)
    return PersonaDesign(tuple(personas), swept, interactions_of(swept, place, slice(q, 2 * q)))
