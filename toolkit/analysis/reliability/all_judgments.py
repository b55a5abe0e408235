"""All judgments of one outcome, with the repeats and attention items that comparisons leave out."""

import pandas as pd

from toolkit.analysis.frames import Frames, one_freeze, require_stage, signed_choices
from toolkit.design import OUTCOMES, outcome_named
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
    if outcome_named(outcome).paired:
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
    one_freeze(rows, "reliability")
    return rows[_KEPT].reset_index(drop=True)


def _chosen(choices: pd.DataFrame, outcome: str) -> pd.DataFrame:
    rows = signed_choices(choices)
    return rows.assign(
        question=outcome,
        value=pd.array(rows["value"].to_numpy(), dtype="Float64"),
        expected=pd.array([pd.NA] * len(rows), dtype="Int64"),
        unit_id=rows["unit_id"].astype("str") + " " + rows["against"].astype("str"),
    )
