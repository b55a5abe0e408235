"""Pairs that raters compared, from the record or from observations, as contestants."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from toolkit.analysis.engine import Pairs
from toolkit.analysis.findings import Counts
from toolkit.analysis.frames import ARMS, Frames, Observations, require_stage
from toolkit.errors import AnalysisError

Anchor = Literal["reference", "personas"]
REFERENCE = "reference"
NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Compared:
    """Comparisons of one origin between named contestants."""

    names: tuple[str, ...]
    """Contestants; with a reference it stands first."""
    pairs: Pairs
    """Those in which one of both was preferred, or both alike."""
    rows: pd.DataFrame = field(repr=False)
    """All of them: ``first second value side rater scenario contrast reply neither weight``."""

    def counts(self, rows: pd.DataFrame) -> Counts:
        """Count what an estimate rests on."""
        return Counts(
            raters=rows["rater"].nunique(),
            scenarios=rows["scenario"].nunique(),
            contrasts=rows["contrast"].nunique(),
            personas=len(set(rows["first"]) | (set(rows["second"]) - {REFERENCE})),
            replies=rows["reply"].nunique(),
            observations=int(rows["weight"].sum()),
        )

    def of(self, name: str) -> pd.DataFrame:
        """Rows of one contestant."""
        return self.rows[self.rows["first"].eq(name) | self.rows["second"].eq(name)]


def rows_of(source: Frames | Observations, anchor: Anchor) -> pd.DataFrame:
    """Take comparisons, one row each, signed by the persona that is not the reference.

    Args:
        source: frames with choices, or observations of scale ``preference``, in which *neither*
            cannot be told from a tie.
        anchor: "reference": every contrast's reference is one contestant; "personas": it is the
            persona it is, and null arms, which compare a persona with itself, are left out.

    Raises:
        AnalysisError: if rows are of stage explore, or not pairs.
    """
    if isinstance(source, Observations):
        return _observed(source, anchor)
    rows = source.choices
    require_stage(rows, "confirm")
    rows = rows[rows["apart"].isna()]
    from_left = rows["left_arm"].ne(REFERENCE)
    own, other = (
        {
            name: rows[f"{one}_{name}"].astype("object").where(from_left, rows[f"{two}_{name}"])
            for name in ("arm", "persona_id", "unit_id")
        }
        for one, two in (("left", "right"), ("right", "left"))
    )
    side = np.where(from_left, 1.0, -1.0)
    said = rows["preferred"].astype("object")
    ahead = said.map({"left": 1.0, "right": -1.0}).fillna(0.0).astype("float64")
    made = pd.DataFrame(
        {
            "first": own["persona_id"].where(own["arm"].eq("swap"), own["arm"]).astype("str"),
            "second": other["persona_id"].astype("str") if anchor == "personas" else REFERENCE,
            "value": ahead.to_numpy() * side,
            "side": side,
            "rater": rows["participant_id"].astype("str"),
            "scenario": rows["scenario_id"].astype("str"),
            "contrast": rows["contrast_id"].astype("str"),
            "reply": own["unit_id"].astype("str"),
            "origin": rows["origin"].astype("object").fillna("unknown").astype("str"),
            "neither": said.eq(NEITHER),
            "weight": 1.0,
        }
    )
    kept = own["arm"].eq("swap") if anchor == "personas" else own["arm"].isin(ARMS[1:])
    return made[kept.to_numpy()].reset_index(drop=True)


def compared(rows: pd.DataFrame, anchor: Anchor) -> Compared:
    """Number the contestants and put aside where neither was acceptable.

    Args:
        rows: as ``rows_of`` gives them.
        anchor: as there.
    """
    found = sorted(set(rows["first"]) | set(rows["second"]) - {REFERENCE})
    names = ([REFERENCE] if anchor == "reference" else []) + found
    place = {name: at for at, name in enumerate(names)}
    judged = rows[~rows["neither"]]
    pairs = Pairs(
        first=judged["first"].map(place).to_numpy(dtype=np.intp),
        second=judged["second"].map(place).to_numpy(dtype=np.intp),
        value=judged["value"].to_numpy(dtype="float64"),
        side=judged["side"].to_numpy(dtype="float64"),
        rater=np.asarray(pd.factorize(judged["rater"])[0], dtype=np.intp),
        weight=judged["weight"].to_numpy(dtype="float64"),
    )
    return Compared(tuple(names), pairs, rows)


def _observed(source: Observations, anchor: Anchor) -> pd.DataFrame:
    if not source.of.paired:
        raise AnalysisError(
            f"preference: got observations of scale {source.scale!r}; wanted pairs, of scale "
            "'preference'. Take the outcome 'preference'."
        )
    if anchor == "personas":
        raise AnalysisError(
            "preference: got observations, which do not say who the reference was, and the anchor "
            "'personas'; wanted frames, or the anchor 'reference'. Pass the frames."
        )
    rows = source.frame
    require_stage(rows, "confirm")
    arm, persona = (rows[name].astype("object") for name in ("arm", "persona"))
    text = {name: rows[name].astype("object").astype("str") for name in ("scenario", "contrast")}
    return pd.DataFrame(
        {
            "first": persona.where(arm.eq("swap"), arm).astype("str"),
            "second": REFERENCE,
            "value": rows["value"],
            "side": rows["side"],
            "rater": rows["rater"].astype("object").astype("str"),
            **text,
            "reply": rows["reply"].astype("str"),
            "origin": rows["origin"].astype("object").fillna("unknown").astype("str"),
            "neither": False,
            "weight": rows["weight"],
        }
    )
