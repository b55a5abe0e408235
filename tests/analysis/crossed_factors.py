"""Made-up answers to six strata of two crossed factors."""

import numpy as np
import pandas as pd

from toolkit.analysis import Observations
from toolkit.analysis.frames import from_table


def made_up(
    *, personas: int = 3, raters: int = 6, scenarios: int = 4, seed: int = 2, scale: str = "likert"
) -> pd.DataFrame:
    """Six strata of some personas; women in the north get one point less than adds up."""
    draw = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [["man", "woman", "other"], ["north", "south"], range(personas), range(scenarios),
         range(raters)],
        names=["gender", "region", "nr", "scenario", "rater"],
    ).to_frame(index=False)  # fmt: skip
    grid["persona"] = grid["gender"] + "-" + grid["region"] + "-" + grid["nr"].astype(str)
    own = dict(zip(grid["persona"].unique(), draw.normal(0, 0.2, 6 * personas), strict=True))
    hit = (grid["gender"] == "woman") & (grid["region"] == "north")
    latent = 3.2 - 1.4 * hit + grid["persona"].map(own) + draw.normal(0, 0.6, raters)[grid["rater"]]
    latent = latent + draw.normal(0, 0.4, scenarios)[grid["scenario"]]
    latent = latent + draw.normal(0, 0.8, len(grid))
    if scale == "binary":
        return grid.assign(value=(latent > 3).astype(int))
    return grid.assign(value=np.clip(np.round(latent), 1, 5).astype(int))


def observed(data: pd.DataFrame, scale: str = "likert") -> Observations:
    return from_table(
        data, scale=scale, bounds=(1, 5) if scale == "likert" else None, value="value",
        persona="persona", scenario="scenario", rater="rater", factors=["gender", "region"],
        reference=data["persona"].iloc[0],
    )  # fmt: skip
