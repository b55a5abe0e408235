"""Fixed part of a mixed model: a formula, its model matrix, and its aliased columns."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Floats
from toolkit.errors import AnalysisError

if TYPE_CHECKING:
    from formulaic import Formula, ModelSpec

_LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?[\d.]+|True|False)"""
_CATEGORICAL = re.compile(
    rf"C\(\s*(?:`[^`]+`|\w+)"
    rf"(?:\s*,\s*contr\.(?:treatment|sum|helmert)(?:\((?:(?:base=)?{_LITERAL})?\))?)?\s*\)"
)
"""The one call a formula may make: ``C(name)``, if wanted with a coding from ``contr``."""


@dataclass(frozen=True)
class Parsed:
    """A formula, read."""

    text: str
    response: str
    names: tuple[str, ...]
    """Columns of the fixed part, sorted."""
    formula: "Formula"


@dataclass(frozen=True)
class ModelMatrix:
    """Fixed columns at the distinct profiles of the data."""

    spec: "ModelSpec"
    columns: tuple[str, ...]
    """Names of the columns kept."""
    rows: Floats
    """Shape (profiles, columns)."""
    aliased: tuple[str, ...]
    """Columns left out because they add nothing to those before them."""

    def at(self, frame: pd.DataFrame) -> Floats:
        """Give the columns for other rows, whose values are among those of the data.

        Args:
            frame: one row a case, with the formula's columns.
        """
        return _matrix(self.spec, frame)[list(self.columns)].to_numpy(dtype=np.float64)


def parse(text: str) -> Parsed:
    """Read ``response ~ terms``.

    Terms are columns, ``:`` and ``*`` between them, and ``C(column)`` where numbers name levels.
    No other code is run: a transformed variable is a column that the caller makes.

    Raises:
        AnalysisError: when it cannot be read, has no response, or calls anything else.
    """
    # Loaded when a formula is read: it brings a parser and a table engine of its own.
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        formula = Formula(text)
        sides = formula.lhs, formula.rhs
    except (FormulaicError, AttributeError, SyntaxError) as problem:
        raise AnalysisError(
            f"mixed: got the formula {text!r}; wanted one like 'value ~ arm * gender'. "
            "Name columns with spaces in backticks."
        ) from problem
    factors = [factor for term in sides[1] for factor in term.factors]
    for factor in factors:
        if factor.eval_method.value == "python" and not _CATEGORICAL.fullmatch(factor.expr):
            raise AnalysisError(
                f"mixed: got {factor.expr!r} in a formula; wanted columns and C(column) only. "
                "Compute it as a column of the table first."
            )
    response = [factor for term in sides[0] for factor in term.factors]
    if len(response) != 1 or response[0].eval_method.value != "lookup":
        raise AnalysisError(
            f"mixed: got the formula {text!r}; wanted one column on its left. "
            "Compute the response as a column of the table first."
        )
    return Parsed(
        text, response[0].expr, tuple(sorted(map(str, sides[1].required_variables))), sides[1]
    )


def design(
    parsed: Parsed, profiles: pd.DataFrame, counts: Floats, *, intercept: bool
) -> ModelMatrix:
    """Evaluate the fixed part at the distinct profiles.

    Args:
        parsed: the formula.
        profiles: one row for every combination of the formula's columns that occurs.
        counts: how many observations have it, shape (profiles,).
        intercept: whether the model must have one.

    Raises:
        AnalysisError: when the formula has no column, or no intercept where one is needed.
    """
    matrix = _matrix(parsed.formula, profiles)
    if matrix.shape[1] == 0 or (intercept and "Intercept" not in matrix.columns):
        raise AnalysisError(
            f"mixed: got the formula {parsed.text!r}; wanted one with an intercept. "
            "Leave out '0 +' and '- 1'."
        )
    aliased = _aliased(matrix.to_numpy(dtype=np.float64), counts)
    names = list(map(str, matrix.columns))
    kept = [name for place, name in enumerate(names) if place not in aliased]
    spec: ModelSpec = matrix.model_spec
    return ModelMatrix(
        spec,
        tuple(kept),
        matrix[kept].to_numpy(dtype=np.float64),
        tuple(names[place] for place in aliased),
    )


def _matrix(formula: "Formula | ModelSpec", frame: pd.DataFrame) -> pd.DataFrame:
    from formulaic.errors import FormulaicError

    try:
        matrix: pd.DataFrame = formula.get_model_matrix(frame, context={})
    except (FormulaicError, ValueError) as problem:
        raise AnalysisError(
            f"mixed: got a formula that cannot be evaluated ({problem}); wanted columns of the "
            "table, and levels that they have. Look at what it names."
        ) from problem
    return matrix


def _aliased(matrix: Floats, counts: Floats) -> list[int]:
    """Find the columns that are sums of those before them, in their order."""
    lengths = np.sqrt(counts @ matrix**2)
    scaled = np.sqrt(counts)[:, None] * matrix / np.where(lengths > 0, lengths, 1)
    kept: list[int] = []
    basis = np.empty((len(matrix), 0))
    for place in range(matrix.shape[1]):
        # Twice, because one sweep leaves what rounding put along the basis.
        rest = scaled[:, place] - basis @ (basis.T @ scaled[:, place])
        rest = rest - basis @ (basis.T @ rest)
        size = float(np.linalg.norm(rest))
        if size > 1e-7:
            kept.append(place)
            basis = np.column_stack([basis, rest / size])
    return [place for place in range(matrix.shape[1]) if place not in kept]
