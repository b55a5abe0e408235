"""What an analyst may mistype or pass by mistake, and the sentence that says so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparisons import complete, judged

from toolkit.analysis import (
    disparity,
    from_table,
    intersections,
    observe,
    open_to_read,
    persona_ratings,
    rates,
)
from toolkit.analysis.frames import frames_of
from toolkit.errors import AnalysisError

ANY: Any = pd.DataFrame({"score": [1, 2], "who": ["a", "b"], "where": ["x", "x"]})
ROWS = judged(complete(np.array([[-0.5], [0.4], [-1.1]]), raters=4))
TABLE = (
    ": got a DataFrame; wanted the observations of one outcome. Make them with `observe(frames, "
    "outcome)` from a record, or with `from_table(df, ...)` from a table."
)
COLUMNS: Any = {"value": "score", "persona": "who", "scenario": "where", "scale": "number"}


def asked(**wrong: Any) -> Callable[[], object]:
    return lambda: disparity(ROWS, **wrong)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: disparity(ANY), f"disparity{TABLE}"),
        (lambda: rates(ANY), f"rates{TABLE}"),
        (lambda: intersections(ANY, ["a", "b"]), f"intersections{TABLE}"),
        (lambda: persona_ratings(ANY), f"persona_ratings{TABLE}"),
        (
            lambda: observe(ANY, "fair"),
            "observe: got a DataFrame; wanted the frames of a record. Make them with "
            "`load_frames(record, stage='confirm')`.",
        ),
        (
            asked(compare_with="mean"),
            "disparity: got compare_with='mean'; wanted one of 'reference', 'grand_mean'. Choose "
            "one.",
        ),
        (
            asked(family="persona"),
            "disparity: got family='persona'; wanted one of 'personas', 'factors'. Choose one.",
        ),
        (
            asked(margin="0.5"),
            "disparity: got a margin of '0.5'; wanted one above 0, or none. Give the largest "
            "difference that would not matter.",
        ),
        (
            asked(level=95),
            "disparity: got level=95; wanted a share between 0 and 1. For 95 %, write 0.95.",
        ),
        (
            asked(alpha=5),
            "disparity: got alpha=5; wanted a share between 0 and 1. For 95 %, write 0.95.",
        ),
        (
            lambda: frames_of([], stage="confrim"),  # type: ignore[arg-type]
            "load_frames: got the stage 'confrim'; wanted 'explore', 'confirm' or None for both. "
            "Choose one.",
        ),
        (
            lambda: open_to_read("pilot"),  # type: ignore[arg-type]
            "notebook: got the study 'pilot'; wanted a Study, or none for the one that is found "
            "from here. Write open_to_read(Study.load('pilot')).",
        ),
        (
            lambda: open_to_read(stage="confrim"),  # type: ignore[arg-type]
            "notebook: got the stage 'confrim'; wanted 'explore' or 'confirm'. Choose one.",
        ),
        (
            lambda: from_table("audit.csv", reference="a", **COLUMNS),  # type: ignore[arg-type]
            "from_table: got a str; wanted a pandas DataFrame. Read the file first, for example "
            "with pd.read_csv.",
        ),
        (
            lambda: from_table(ANY.iloc[:0], reference="a", **COLUMNS),
            "from_table: got a table in which no row is complete; wanted the reference 'a' and "
            "others to compare with it. Check what was read.",
        ),
    ],
)
def test_it_is_refused_in_a_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(AnalysisError) as problem:
        call()
    assert str(problem.value) == sentence
