"""Replies word by word, of one persona and of the reference."""

import numpy as np
import pandas as pd


def replies(own: list[list[str]], base: list[list[str]], **more: object) -> pd.DataFrame:
    """Scenario by scenario, the texts of persona ``p`` and of the reference."""
    rows = [
        {
            "stage": "confirm",
            "apart": None,
            "text": text,
            "arm": "swap" if persona == "p" else "reference",
            "persona_id": persona,
            "contrast_id": f"c{number}",
            "scenario_id": f"s{number}",
            "unit_id": f"u{number}{persona}{one}",
            "origin": "planned",
            **more,
        }
        for number, sides in enumerate(zip(own, base, strict=True))
        for persona, texts in zip(("p", "ref"), sides, strict=True)
        for one, text in enumerate(texts)
    ]
    return pd.DataFrame(rows)


def spoken(chance: float, scenarios: int = 12, seed: int = 1) -> list[list[str]]:
    """Three replies a scenario of thirty words, ``please`` with a chance of its own."""
    rng = np.random.default_rng(seed)
    rest = [f"{one}{other}" for one in "abcd" for other in "xyz"]
    return [
        [
            " ".join(
                "please" if rng.random() < chance else str(rng.choice(rest)) for _ in range(30)
            )
            for _ in range(3)
        ]
        for _ in range(scenarios)
    ]
