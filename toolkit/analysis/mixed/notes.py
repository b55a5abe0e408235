"""What stands in the way of a model, found and said: what most libraries pass over in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

Array = NDArray[np.float64]

LARGEST_DEVIATION = 30.0
"""On the logit scale; beyond it every level answers in one way only."""

_FAR = 8.0
"""Where answers part completely, a fit stops only when its predictors are far beyond this."""


@dataclass(frozen=True)
class Separation:
    """Directions in which the likelihood never stops rising."""

    directions: Array
    """An orthonormal basis of them, shape (coefficients, directions)."""
    signs: Array
    """For each coefficient 0 when it stays finite, 1 or -1 for where it runs, NaN for both."""

    @property
    def found(self) -> bool:
        """Whether there is any."""
        return bool(self.directions.size)


def separation(rows: Array, counts: Array, reached: Array) -> Separation:
    """Find complete and quasi-complete separation (A. Albert, J. A. Anderson 1984).

    A direction of thresholds and coefficients that moves no observation's answer to the wrong
    side of its thresholds, and some to the right side, raises the likelihood for ever. The levels
    of random factors stay finite whatever the coefficients do, so the fixed part alone decides.

    Args:
        rows: fixed columns without an intercept, shape (profiles, p).
        counts: observations of each category by profile, shape (profiles, categories).
        reached: fitted thresholds, then coefficients; if all stayed near, nothing is searched.

    Returns:
        Over thresholds, then coefficients.
    """
    thresholds, size = counts.shape[1] - 1, len(reached)
    none = Separation(np.zeros((size, 0)), np.zeros(size))
    middle = counts.sum(1) @ rows / counts.sum()
    predictor = (rows - middle) @ reached[thresholds:]
    shifted = reached[:thresholds] - middle @ reached[thresholds:]
    if np.abs(np.concatenate([predictor, shifted])).max() < _FAR:
        return none
    scale = np.append(np.ones(thresholds), np.maximum(np.abs(rows).max(0, initial=0), 1e-300))
    margins = _margins(rows, counts > 0) / scale
    if _furthest(-margins.sum(0), margins) is None:
        return none
    found, signs = [], np.zeros(size)
    for place in range(size):
        for sign in (1.0, -1.0):
            aim = np.zeros(size)
            aim[place] = -sign
            direction = _furthest(aim, margins)
            if direction is not None:
                signs[place] = np.nan if signs[place] else sign
                found.append(direction / scale)
    return Separation(linalg.orth(np.array(found).T), signs)


def _margins(rows: Array, seen: NDArray[np.bool_]) -> Array:
    """Give for every answer seen the distances to its thresholds, as rows of coefficients."""
    thresholds = seen.shape[1] - 1
    parts = []
    for category in range(seen.shape[1]):
        some = rows[seen[:, category]]
        for threshold, side in ((category, 1.0), (category - 1, -1.0)):
            if 0 <= threshold < thresholds:
                at = np.zeros((len(some), thresholds))
                at[:, threshold] = side
                parts.append(np.column_stack([at, -side * some]))
    return np.unique(np.concatenate(parts), axis=0)


def _furthest(aim: Array, margins: Array) -> Array | None:
    """Go as far as a box allows along directions that take no margin below 0."""
    limits = np.zeros(len(margins))
    answer: Any = optimize.linprog(aim, A_ub=-margins, b_ub=limits, bounds=(-1, 1))
    if answer.status != 0 or answer.fun > -1e-6:
        return None
    direction: Array = answer.x
    return direction


def same_levels(one: NDArray[np.intp], other: NDArray[np.intp], sizes: tuple[int, int]) -> bool:
    """Say whether two factors part the cells in the same way.

    Args:
        one: level of each cell in the first factor.
        other: and in the second.
        sizes: how many levels each has.
    """
    if sizes[0] != sizes[1]:
        return False
    return len(np.unique(one * sizes[1] + other)) == sizes[0]


def separated_note(names: Sequence[str]) -> str:
    """Say which coefficients have no finite estimate."""
    many = len(names) > 1
    return (
        f"{'The coefficients' if many else 'The coefficient'} of {', '.join(names)} "
        f"{'have' if many else 'has'} no finite estimate, because the answers there fall wholly "
        "on one side; no interval and no p-value is given."
    )


def boundary_note(name: str) -> str:
    """Say that a standard deviation is at its boundary."""
    return (
        f"The standard deviation of {name} is estimated as 0: no more variation is seen than "
        "chance gives."
    )


def single_note(name: str) -> str:
    """Say that a factor has one level."""
    return (
        f"The factor {name} has one level, so how it varies cannot be told; it is left out of the "
        f"model, and no p-value is given, because nothing generalizes over {name}."
    )


def same_note(name: str, other: str) -> str:
    """Say that two factors are one."""
    return (
        f"The factor {name} parts the data just as {other} does, so the two cannot be told apart; "
        f"{name} is left out of the model."
    )


def saturated_note(name: str) -> str:
    """Say that a factor has a level for every observation."""
    return (
        f"The factor {name} has one observation a level, so it cannot be told from the residual; "
        "it is left out of the model."
    )


def explained_note(name: str) -> str:
    """Say that the fixed columns hold a factor."""
    return (
        f"The columns of the formula already tell every level of {name} apart, so how it varies "
        "cannot be told; it is left out of the model, and no p-value is given, because nothing "
        f"generalizes over {name}."
    )


def runaway_note(name: str) -> str:
    """Say that a deviation grows without bound."""
    return (
        f"The standard deviation of {name} has no finite estimate, because its levels nearly "
        "always answer in one way; intervals and p-values of this model are not to be used."
    )


def unconverged_note() -> str:
    """Say that no optimum was found."""
    return (
        "The fit did not converge: its numbers are not to be used. "
        "Take out random factors or terms that few observations speak to."
    )


def unused_note(column: str, unused: Sequence[str]) -> str:
    """Say that levels of a column occur in no observation."""
    return (
        f"{column}: no observation has {', '.join(unused)}; nothing is said about what nobody saw."
    )


def never_given_note(response: str, unused: Sequence[str]) -> str:
    """Say that some answers were never given."""
    many = len(unused) > 1
    return (
        f"{response}: the {'answers' if many else 'answer'} {', '.join(unused)} "
        f"{'were' if many else 'was'} never given; the model speaks of the answers that were."
    )


def aliased_note(name: str) -> str:
    """Say that a fixed column has no coefficient."""
    return (
        f"The column {name} adds nothing to those before it, so it has no coefficient: "
        "the data do not hold every combination of the formula."
    )
