"""Observations as arrays: codes of scenarios, contrasts, raters and arms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import block_diag

from toolkit.analysis.engine import Bools, Codes, Floats, Swept, sweep
from toolkit.analysis.frames.column import NULL_ARMS
from toolkit.analysis.frames.frames import require_stage
from toolkit.analysis.frames.observations import Observations
from toolkit.errors import AnalysisError

CompareWith = Literal["reference", "grand_mean"]


@dataclass(frozen=True)
class Coded:
    """One outcome's rows as arrays; row i of each is the same observation."""

    value: Floats
    scenario: Codes
    contrast: Codes
    block: Codes
    """A contrast at one endpoint: what a reply is compared within."""
    rater: Codes | None
    """None for outcomes that no rater judged."""
    weight: Floats
    side: Floats
    arm: NDArray[np.object_]
    """``reference``, ``paraphrase``, ``resample`` or ``swap``."""
    persona: NDArray[np.object_]
    """Whose cues; of a null arm the reference's."""
    reply: NDArray[np.object_]
    scenarios: tuple[str, ...] = field(repr=False)
    """Name of each code."""
    pairs: bool
    """A value compares two replies; there are no rows of the reference."""

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Personas that were swapped in, by name."""
        return tuple(sorted({str(one) for one in self.persona[self.arm == "swap"]}))

    @property
    def levels(self) -> list[Codes]:
        """Groupings to sweep out; a pair is its own comparison and needs none."""
        if self.pairs:
            return []
        return [self.block] if self.rater is None else [self.block, self.rater]

    @cached_property
    def compared(self) -> Bools:
        """Rows that compare personas: those of the reference and of swaps."""
        return np.asarray((self.arm == "swap") | (self.arm == "reference"), dtype="bool")

    @cached_property
    def everybody(self) -> tuple[str, ...]:
        """Personas that were swapped in or are some contrast's reference, by name."""
        return tuple(sorted({str(one) for one in self.persona[self.compared]}))

    def sent_with(self, persona: str) -> Bools:
        """Rows, of any arm, whose cues are a persona's."""
        return np.asarray(self.persona == persona, dtype="bool")

    def of(self, persona: str) -> Bools:
        """Rows in which a persona was swapped in."""
        return np.asarray((self.arm == "swap") & (self.persona == persona), dtype="bool")

    def beside(self, rows: Bools) -> Bools:
        """Those rows and the reference's in the same contrasts."""
        blocks = np.unique(self.block[rows])
        reference = (self.arm == "reference") & np.isin(self.block, blocks)
        return np.asarray(rows | reference, dtype="bool")

    def sweep(
        self,
        columns: Sequence[Bools],
        *,
        combine: Floats | None = None,
        own: Sequence[Bools] | None = None,
        equal: bool = True,
    ) -> Swept:
        """Make columns ready for estimates; null arms and the side always have their own.

        Args:
            columns: rows in which each arm shows, the null arms not among them.
            combine: as for ``clustered.sweep``, one row a column of ``columns``.
            own: as for ``clustered.sweep``, one column a combination.
            equal: whether every scenario counts as much as any other.

        Returns:
            Effects of ``columns``, or their combinations, then of both null arms.
        """
        nulls = [np.asarray(self.arm == name, dtype="bool") for name in NULL_ARMS]
        sides = [self.side] if np.any(self.side != 0) else []
        wanted = np.eye(len(columns)) if combine is None else combine
        of_side = np.zeros((len(sides), wanted.shape[1] + len(nulls)))
        return sweep(
            np.column_stack([*columns, *nulls, *sides]).astype("float64"),
            scenario=self.scenario,
            rater=self.rater,
            levels=self.levels,
            weight=self.weight,
            combine=np.vstack([block_diag(wanted, np.eye(len(nulls))), of_side]),
            own=np.column_stack([*(columns if own is None else own), *nulls]),
            equal=equal,
        )


def coded(observations: Observations) -> Coded:
    """Turn observations into arrays.

    Raises:
        AnalysisError: if a row is of stage explore, names no scenario, contrast, arm or persona,
            or some rows have a rater and some have none.
    """
    frame = observations.frame
    require_stage(frame, "confirm")
    for name in ("scenario", "contrast", "arm", "persona"):
        _require(frame, name)
    if observations.rated:
        _require(frame, "rater")
    scenario, scenarios = _codes(frame["scenario"])
    blocks = frame.groupby(["contrast", "endpoint"], observed=True, dropna=False)
    return Coded(
        value=frame["value"].to_numpy(dtype="float64"),
        scenario=scenario,
        contrast=_codes(frame["contrast"])[0],
        block=blocks.ngroup().to_numpy().astype("int64"),
        rater=_codes(frame["rater"])[0] if observations.rated else None,
        weight=frame["weight"].to_numpy(dtype="float64"),
        side=frame["side"].fillna(0.0).to_numpy(dtype="float64"),
        arm=frame["arm"].astype("object").to_numpy(),
        persona=frame["persona"].astype("object").to_numpy(),
        reply=frame["reply"].astype("object").to_numpy(),
        scenarios=scenarios,
        pairs=observations.of.paired,
    )


def _codes(names: "pd.Series[str]") -> tuple[Codes, tuple[str, ...]]:
    codes, known = pd.factorize(names.astype("str"), sort=True)
    return codes.astype("int64"), tuple(known)


def _require(frame: pd.DataFrame, name: str) -> None:
    missing = int(frame[name].isna().sum())
    if missing:
        raise AnalysisError(
            f"disparity: got {missing} of {len(frame)} observations without a {name}; wanted one "
            "in each. Leave those rows out, or fill the column in."
        )
