"""How rows of one kind become a table: the cells their kind declares, and what is worked out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

import pandas as pd

from toolkit.record import Exchange, Row

_PLAIN = ("endpoint", "answers", "model_reported", "outcome", "finish_reason", "seed", "error")
_plain = attrgetter(*_PLAIN)
ASKED = (
    *(*_PLAIN, "seconds", "first_token_seconds", "prompt_tokens", "completion_tokens"),
    "attempts",
)
"""Columns of an exchange."""
NOT_ASKED = (*(None,) * 6, "", *(None,) * 5)
"""The exchange of a tester's turn: there is none, and no error either."""


def _nothing(row: Any) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True)
class RowTable:
    """What a table holds of each row of one kind."""

    kind: type[Row]
    columns: tuple[str, ...] = ()
    """Columns that are worked out, besides the cells that the kind declares."""
    work_out: Callable[[Any], tuple[Any, ...]] = _nothing
    """From a row to the values of ``columns``."""
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def cells(self) -> Callable[[Any], tuple[Any, ...]]:
        """From a row to the values of the cells its kind declares."""
        return attrgetter(*self.kind.cells())

    def frame(self, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
        """Make the table.

        Args:
            rows: for each row its cells, what was worked out, when and in which order it was kept.
        """
        names = (*self.kind.cells(), *self.columns, "at", "order")
        return pd.DataFrame.from_records(
            rows, columns=[self.renamed.get(one, one) for one in names]
        )


def asked_cells(asked: Exchange) -> tuple[Any, ...]:
    """Give the values of an exchange, in the order of ``ASKED``."""
    usage = asked.usage
    return (
        *_plain(asked),
        # A batch file does not say how long one answer took.
        None if asked.parameters.get("batch") else asked.seconds,
        asked.first_token_seconds,
        usage.prompt_tokens if usage else None,
        usage.completion_tokens if usage else None,
        len(asked.attempts),
    )
