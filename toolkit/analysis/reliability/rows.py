"""Every judgment of one outcome, with repeats and attention items, which comparisons leave out."""

import numpy as np
import pandas as pd

from toolkit.analysis.frames import Frames, require_stage
from toolkit.design import OUTCOMES
from toolkit.errors import AnalysisError

_KEPT = [
    *("item_id", "participant_id", "position", "purpose", "repeats", "question", "value"),
    *("expected", "unit_id", "scenario_id", "contrast_id", "arm", "persona_id", "apart"),
    *("simulated", "confirm_hash", "stage"),
]


def judgments(frames: Frames, outcome: str) -> pd.DataFrame:
    """Take all judgments of one outcome, one row each, in the order they were shown.

    A choice between two replies is 1 for the persona's reply, -1 for the reference's and 0 for
    equal; ``neither`` says nothing of the two and is missing. Its ``unit_id`` names both replies.

    Args:
        frames: of stage confirm, from one confirm freeze.
        outcome: a question's id, or ``preference``.

    Raises:
        AnalysisError: if the frames hold explore rows, several freezes, or no such outcome.
    """
    if frames.outcome(outcome).paired:
        rows = _chosen(frames.choices, outcome)
    else:
        rows = frames.item_ratings[frames.item_ratings["question"].eq(outcome).to_numpy()]
    if rows.empty:
        known = sorted(frames.item_ratings["question"].astype("str").unique())
        known += [one.name for one in OUTCOMES.values() if one.paired and len(frames.choices)]
        raise AnalysisError(
            f"reliability: got the outcome {outcome!r}; wanted one that raters judged: "
            f"{', '.join(known) or 'there is none'}. Name one of these."
        )
    require_stage(rows, "confirm")
    freezes = rows["confirm_hash"].nunique()
    if freezes > 1:
        raise AnalysisError(
            f"reliability: got rows of {freezes} confirm freezes; wanted those of one, because "
            "each asks under its own plan. Load the frames with confirm_hash=."
        )
    return rows[_KEPT].reset_index(drop=True)


def _chosen(choices: pd.DataFrame, outcome: str) -> pd.DataFrame:
    from_left = choices["left_arm"].ne("reference")
    other = {
        name: choices[f"left_{name}"].astype("object").where(from_left, choices[f"right_{name}"])
        for name in ("unit_id", "arm", "persona_id")
    }
    against = choices["right_unit_id"].where(from_left, choices["left_unit_id"])
    ahead = choices["preferred"].astype("object").map({"left": 1.0, "right": -1.0, "equal": 0.0})
    signed: pd.Series[float] = ahead.astype("float64") * np.where(from_left, 1.0, -1.0)
    return choices.assign(
        **other,
        question=outcome,
        value=pd.array(signed.to_numpy(), dtype="Float64"),
        expected=pd.array([pd.NA] * len(choices), dtype="Int64"),
    ).assign(unit_id=other["unit_id"].astype("str") + " " + against.astype("str"))
