"""Observations made by hand, for tests of rates, pairs, strata and looks."""

from typing import Any

import pandas as pd

from toolkit.analysis.frames import OBSERVATION_COLUMNS, Observations, declare, undeclared_outcome
from toolkit.design import OUTCOMES, Scale

BOUNDS: dict[str, tuple[float, float]] = {
    "binary": (0.0, 1.0),
    "likert": (1.0, 5.0),
    "preference": (-1.0, 1.0),
}


def row(value: float, scenario: str, persona: str = "", **more: Any) -> dict[str, Any]:
    """One observation; of the reference without a persona."""
    return {
        "value": value,
        "scenario": scenario,
        "contrast": scenario,
        "arm": "swap" if persona else "reference",
        "persona": persona or "ref",
        "origin": "planned",
        "stage": "confirm",
        "weight": 1.0,
        "side": 0.0,
        **more,
    }


def observed(
    rows: list[dict[str, Any]], outcome: str = "refusal", scale: Scale = "binary"
) -> Observations:
    frame = pd.DataFrame(rows)
    if "reply" not in frame:
        frame["reply"] = [f"u-{number}" for number in range(len(frame))]
    return Observations(
        of=OUTCOMES.get(outcome) or undeclared_outcome(outcome, scale, BOUNDS[scale], rated=False),
        frame=declare(frame, OBSERVATION_COLUMNS),
        people=pd.DataFrame(index=pd.Index([], name="persona")),
    )
