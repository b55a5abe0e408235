"""Replies whose wording moves, by arm and replicate."""

from collections.abc import Sequence

import pandas as pd

SAME = ("yes of course", "yes of course today", "of course yes")


def replies(
    swap: Sequence[str] = SAME,
    *,
    paraphrase: Sequence[str] = SAME,
    resample: Sequence[str] = SAME,
    scenarios: int = 4,
    **changed: object,
) -> pd.DataFrame:
    rows = []
    for number in range(scenarios):
        texts = {"reference": SAME, "swap": swap, "paraphrase": paraphrase, "resample": resample}
        for arm, said in texts.items():
            for replicate, text in enumerate(said):
                rows.append(
                    {
                        "unit_id": f"{number}-{arm}-{replicate}",
                        "scenario_id": f"s{number}",
                        "contrast_id": f"c{number}",
                        "arm": arm,
                        "persona_id": "ben" if arm == "swap" else "ada",
                        "endpoint_alias": "assistant",
                        "origin": "planned",
                        "stage": "confirm",
                        # Scenarios differ a little, so that there is a spread to measure by.
                        "text": text + (" please" if number % 2 and arm == "swap" else ""),
                        "apart": None,
                    }
                )
    return pd.DataFrame(rows).assign(**changed)
