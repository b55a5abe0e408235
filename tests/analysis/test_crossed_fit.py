"""Where a fit of crossed effects ends, small enough to be seen without a program."""

from typing import Any

import numpy as np
import pytest

from toolkit.analysis.engine.crossed.boundary_optimum import _polish
from toolkit.analysis.engine.crossed.separation import separation


def test_the_way_a_coefficient_runs_is_a_sign() -> None:
    """Both answers at 0 hold the threshold; on either side of it they part."""
    rows, counts = np.array([[-1.0], [0.0], [1.0]]), np.array([[5.0, 0.0], [2.0, 2.0], [0.0, 5.0]])
    assert list(separation(rows, counts, np.array([0.0, 20.0])).signs) == [0.0, 1.0]
    assert list(separation(rows, counts[::-1], np.array([0.0, -20.0])).signs) == [0.0, -1.0]


def test_how_far_a_fit_went_is_told_from_the_middle_of_the_predictors() -> None:
    """Around 10, a threshold of 10 is near, and one of -10 is far."""
    rows, counts = np.array([[9.0], [11.0]]), np.array([[5.0, 0.0], [0.0, 5.0]])
    assert not separation(rows, counts, np.array([10.0, 1.0])).found
    assert separation(rows, counts, np.array([-10.0, 1.0])).found


@pytest.mark.parametrize(("slope", "converged"), [(1e-4, True), (0.1, False)])
def test_a_step_that_brings_nothing_ends_well_where_little_was_left(
    slope: float, converged: bool
) -> None:
    """A Newton step promises the square of this slope; the value rises instead."""

    class Rough:
        def evaluate(self, at: Any) -> tuple[float, Any]:
            return float(np.any(at != 0)), slope + at

    model: Any = Rough()
    found = _polish(model, np.zeros(1), np.array([True]), np.eye(1), converged=True)
    assert (found.converged, found.value) == (converged, 0.0)
