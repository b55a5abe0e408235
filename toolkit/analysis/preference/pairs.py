"""Pairs that raters compared, from the record or from observations, as contestants."""

import numpy as np
import pandas as pd

from toolkit.analysis.disparity import arm_of
from toolkit.analysis.engine import Pairs
from toolkit.analysis.frames import Frames, Observations, observe, require_stage
from toolkit.design import OUTCOMES
from toolkit.errors import AnalysisError

_CHOSEN = next(one for one in OUTCOMES.values() if one.source == "choices")
REFERENCE = "reference"
NEITHER = "neither"


def observed_pairs(source: Frames | Observations) -> tuple[Observations, pd.DataFrame]:
    """Take comparisons, one row each, signed by the persona that is not the reference.

    Args:
        source: frames with choices, or observations of scale ``preference``, in which *neither*
            cannot be told from a tie.

    Returns:
        The observations, and their rows with the contestant as ``persona`` and whether ``neither``
        was acceptable.

    Raises:
        AnalysisError: if rows are of stage explore, or not pairs.
    """
    seen, neither = source, np.array(False)
    if isinstance(seen, Frames):
        said = seen.choices.loc[seen.choices["apart"].isna(), "preferred"]
        seen, neither = observe(seen, _CHOSEN), said.eq(NEITHER).to_numpy()
    if not seen.of.paired:
        raise AnalysisError(
            f"preference: got observations of scale {seen.scale!r}; wanted pairs, of scale "
            f"{_CHOSEN.scale!r}. Take the outcome {_CHOSEN.name!r}."
        )
    rows = seen.frame.reset_index(drop=True)
    require_stage(rows, "confirm")
    origin = rows["origin"].astype("object").fillna("unknown").astype("str")
    return seen, rows.assign(persona=arm_of(rows).astype("str"), origin=origin, neither=neither)


def contestants_of(rows: pd.DataFrame) -> tuple[tuple[str, ...], Pairs]:
    """Number the contestants, the reference first, and put aside where neither was acceptable.

    Args:
        rows: as ``observed_pairs`` gives them.
    """
    names = (REFERENCE, *sorted(set(rows["persona"])))
    judged = rows[~rows["neither"]]
    first = judged["persona"].map({name: at for at, name in enumerate(names)})
    return names, Pairs(
        first=first.to_numpy(dtype=np.intp),
        second=np.zeros(len(judged), dtype=np.intp),
        value=judged["value"].to_numpy(),
        side=judged["side"].to_numpy(),
        rater=pd.factorize(judged["rater"])[0].astype(np.intp),
        weight=judged["weight"].to_numpy(),
    )
