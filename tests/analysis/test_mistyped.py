"""What an analyst may mistype or pass by mistake, and the sentence that says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparisons import complete, judged

from toolkit.analysis import (
    Counts,
    Estimate,
    Finding,
    disparity,
    from_table,
    intersections,
    observe,
    open_to_read,
    persona_ratings,
    rates,
)
from toolkit.analysis.frames.frames import frames_of
from toolkit.analysis.plan.words import line_of
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


ONE = Finding(
    question="disparity",
    outcome="fair",
    subject="ben-test",
    estimand="average difference",
    about="these personas",
    speaks_of="in general",
    stage="confirm",
    verdict="inconclusive",
    compared_with="reference",
    unit="points (1 to 5)",
    estimate=Estimate(value=-0.7, low=-1.2, high=-0.2),
    p=0.0047,
    p_adjusted=0.104,
    family="personas, Holm (22 claims)",
    n=Counts(raters=30, scenarios=8, observations=43),
)


def test_an_interval_without_0_that_claims_nothing_is_explained() -> None:
    said = "ben-test −0.70 [−1.20, −0.20] points (1 to 5), 30 raters, 8 situations, 43 observations"
    assert line_of(ONE) == (
        f"{said}: inconclusive (p 0.0047 alone, 0.1 adjusted: personas, Holm (22 claims))"
    )
    assert line_of(replace(ONE, verdict="differs", p_adjusted=0.02)) == f"{said}: differs"
    wide = replace(ONE, estimate=Estimate(value=-0.7, low=-1.5, high=0.1))
    assert line_of(wide).endswith("observations: inconclusive")
