"""Observations for tests of comparisons: from R's tables, or laid out by hand."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.analysis import Observations
from toolkit.analysis.frames import OBSERVATION_COLUMNS, declare, undeclared_outcome
from toolkit.design import Scale

REFERENCE = Path(__file__).parents[1] / "reference" / "disparity"
EVERYBODY = ["ada", "ben", "cleo", "dov", "eve", "fay", "gus"]
WOMEN = ("ada", "cleo", "eve", "fay")
PEOPLE = pd.DataFrame(
    {"gender": ["woman" if one in WOMEN else "man" for one in EVERYBODY]},
    index=pd.Index(EVERYBODY, name="persona"),
)


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv")


def expected(of: str) -> dict[tuple[str, str], float]:
    table = read("expected")
    rows = table[table["set"] == of]
    return {
        (str(what), str(subject)): float(value)
        for what, subject, value in zip(rows["what"], rows["subject"], rows["value"], strict=True)
    }


def judged(
    rows: pd.DataFrame | Iterable[dict[str, Any]],
    *,
    scale: Scale = "likert",
    bounds: tuple[float, float] = (1.0, 5.0),
    **changed: Any,
) -> Observations:
    table = pd.DataFrame(rows)
    given = {"weight": 1.0, "side": 0.0, "stage": "confirm", "origin": "planned", "replicate": 0}
    for name, fixed in given.items():
        if name not in table:
            table[name] = fixed
    if "reply" not in table:
        table["reply"] = [f"u-{number}" for number in range(len(table))]
    seen = PEOPLE[PEOPLE.index.isin(table["persona"])]
    decimals = table["value"].notna() & np.isfinite(table["value"]) & (table["value"] % 1 != 0)
    if scale == "likert" and decimals.any():
        # Answers of 1 to 5 are whole; what was made with decimals is on no such scale.
        low, high = float(table["value"].min()), float(table["value"].max())
        scale, bounds = "number", (min(bounds[0], low), max(bounds[1], high))
    rated = bool(table.get("rater", pd.Series([None])).notna().any())
    of = undeclared_outcome(changed.pop("outcome", "respect"), scale, bounds, rated=rated)
    return Observations(
        of=of, frame=declare(table, OBSERVATION_COLUMNS), **{"people": seen, **changed}
    )


def complete(
    effects: np.ndarray, *, raters: int = 4, arms: tuple[str, ...] = ("ben",), seed: int = 3
) -> pd.DataFrame:
    """Every rater rates every arm of every scenario; ``effects`` has shape (scenarios, arms)."""
    draw = np.random.default_rng(seed)
    rows = []
    for scenario in range(len(effects)):
        for rater in range(raters):
            for index, persona in enumerate(("ada", *arms)):
                effect = 0.0 if index == 0 else float(effects[scenario, index - 1])
                rows.append(
                    {
                        "value": 3 + rater / 4 + scenario / 8 + effect + draw.normal(0, 0.5),
                        "rater": f"r{rater}",
                        "scenario": f"s{scenario}",
                        "contrast": f"c{scenario}",
                        "arm": "reference" if index == 0 else "swap",
                        "persona": persona,
                    }
                )
    return pd.DataFrame(rows)


def corrected(r: dict[tuple[str, str], float], subject: str) -> tuple[float, float]:
    """Put R's pieces together: the standard error and its degrees of freedom."""
    of = {part: r[f"V_{part}", subject] * r[f"factor_{part}", subject] for part in ("r", "s", "rs")}
    df = min(r[f"df_{part}", subject] for part in "rs")
    return max(of["rs"], of["r"] + of["s"] - of["rs"]) ** 0.5, df
