"""Evidence of a finding: the replies behind it, to be read."""

import pandas as pd

from toolkit.analysis.findings import Finding
from toolkit.analysis.frames import ARMS, Column, Frames, declare, require_stage
from toolkit.design import outcome_named
from toolkit.errors import AnalysisError

EVIDENCE_COLUMNS: tuple[Column, ...] = (
    Column("reply", "str", "the reply"),
    Column("scenario", "category", "the situation"),
    Column("contrast", "category", "the contrast"),
    Column("arm", "category", "which text with whose cues", categories=ARMS),
    Column("persona", "category", "whose cues it was sent with"),
    Column("replicate", "Int64", "which repetition, from 0"),
    Column("ended", "category", "how the exchange ended"),
    Column("judged", "Int64", "how often it was judged for this outcome", "judgments"),
    Column("mean", "float64", "of the ratings; of pairs the share in which it was preferred"),
    Column("judgments", "str", "ids to `trace`, one after the other"),
    Column("text", "str", "raw and complete, or what had arrived"),
)
"""Columns of ``evidence``, in order."""
_NAMES = {
    "unit_id": "reply",
    "scenario_id": "scenario",
    "contrast_id": "contrast",
    "persona_id": "persona",
    "outcome": "ended",
}


def evidence(finding: Finding, frames: Frames) -> pd.DataFrame:
    """Show the replies a finding rests on, each with its text and what was said of it.

    Nothing in it is about a single rater: judgments are averaged over whoever gave them. Each has
    an id, and ``trace`` follows it back to the turn it began with.

    Args:
        finding: with ``replies``.
        frames: those it was computed from.

    Returns:
        One row a reply, with ``EVIDENCE_COLUMNS``, by scenario, contrast, arm and persona.

    Raises:
        AnalysisError: if the frames are not of stage confirm, or lack a reply the finding names.
    """
    replies = frames.replies[frames.replies["apart"].ne("replaced").fillna(True)]
    require_stage(replies, "confirm")
    here = replies[replies["unit_id"].isin(finding.replies)]
    if len(here) < len(set(finding.replies)):
        raise AnalysisError(
            f"evidence: got frames that hold {len(here)} of the {len(set(finding.replies))} "
            "replies behind the finding; wanted all of them. Pass the frames it was computed from."
        )
    said = _said(finding.outcome, frames)
    of = here["unit_id"].map
    rows = here.rename(columns=_NAMES).assign(
        judged=of(said["judged"]).fillna(0),
        mean=of(said["mean"]),
        judgments=of(said["judgments"]).astype("object").fillna(""),
    )
    order = ["scenario", "contrast", "arm", "persona", "replicate", "reply"]
    made = declare(rows, EVIDENCE_COLUMNS).sort_values(order, kind="stable")
    return made.reset_index(drop=True)


def _said(outcome: str, frames: Frames) -> pd.DataFrame:
    """What was said of each reply: ``judged mean judgments``, by the reply's id."""
    if outcome_named(outcome).paired:
        rows = _chosen(frames.choices)
    else:
        ratings = frames.item_ratings
        rows = ratings[ratings["question"].eq(outcome).to_numpy()]
        rows = rows.rename(columns={"rating_id": "id"})[["id", "unit_id", "value", "apart"]]
    rows = rows[rows["apart"].isna()].astype({"value": "float64"})
    grouped = rows.groupby("unit_id")
    return pd.DataFrame(
        {
            "judged": grouped["value"].count(),
            "mean": grouped["value"].mean(),
            "judgments": grouped["id"].agg(" ".join),
        }
    )


def _chosen(choices: pd.DataFrame) -> pd.DataFrame:
    """One row a reply of a pair: 1 where it was preferred, 0 otherwise."""
    kept, sides = ["choice_id", "preferred", "apart"], ["left_unit_id", "right_unit_id"]
    rows = choices.melt(kept, sides, var_name="side", value_name="unit_id")
    preferred = rows["preferred"].astype("object") + "_unit_id"
    return rows.assign(id=rows["choice_id"], value=rows["side"].eq(preferred).astype("float64"))
