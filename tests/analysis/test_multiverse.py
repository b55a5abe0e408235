"""Every defensible way: each estimate by hand on matched data, and none with a verdict."""

import numpy as np
import pandas as pd
import pytest
from analysis.comparisons import complete, judged

from toolkit.analysis import (
    confirm_design,
    disparity,
    load_frames,
    multiverse,
    observe,
    open_to_read,
    specification_curve,
)
from toolkit.analysis.multiverse import CHOICES, NOT_FOR, PLANNED
from toolkit.errors import AnalysisError

EFFECTS = np.array([0.2, -0.6, 0.4, -0.9])[:, None]


def answers() -> pd.DataFrame:
    """Four situations, the first with two contrasts; five raters answer with 1 to 5."""
    first = complete(EFFECTS, raters=5, seed=8)
    again = complete(EFFECTS[:1], raters=5, seed=9).assign(contrast="c9")
    rows = pd.concat([first, again], ignore_index=True)
    return rows.assign(value=rows["value"].round().clip(1, 5))


def way(table: pd.DataFrame, **chosen: str) -> "pd.Series[float]":
    wanted = dict(zip(CHOICES, PLANNED, strict=True)) | chosen
    keep = np.logical_and.reduce([table[name].eq(it) for name, it in wanted.items()])
    (found,) = table[keep].to_dict("records")
    return pd.Series(found)


def matched(rows: pd.DataFrame, value: np.ndarray, *, equally: bool) -> float:
    """Mean of matched differences, in standard deviations of all answers."""
    wide = rows.assign(value=value).pivot_table(
        index=["scenario", "contrast", "rater"], columns="arm", values="value", observed=True
    )
    apart = wide["swap"] - wide["reference"]
    of = apart.groupby("scenario").mean() if equally else apart
    return float(of.mean() / value.std())


def z_scores(rows: pd.DataFrame) -> np.ndarray:
    by = rows.groupby("rater")["value"]
    return ((rows["value"] - by.transform("mean")) / by.transform("std", ddof=0)).to_numpy()


SCALES = {
    "as answered": lambda rows: rows["value"].to_numpy(),
    "ranks": lambda rows: rows["value"].rank().to_numpy(),
    "z scores by rater": z_scores,
    "answers of 4 or more": lambda rows: rows["value"].ge(4).to_numpy(float),
}


@pytest.mark.parametrize("equally", [True, False], ids=["situations", "answers"])
@pytest.mark.parametrize("scale", SCALES)
def test_every_estimate_is_the_matched_difference(scale: str, equally: bool) -> None:
    rows = answers()
    weights = "each situation equally" if equally else "each answer equally"
    made = way(multiverse(judged(rows)).table, scale=scale, weights=weights)
    expected = matched(rows, SCALES[scale](rows), equally=equally)
    assert made["estimate"] == pytest.approx(expected, abs=1e-10)
    assert made["low"] < made["estimate"] < made["high"]


def test_the_planned_one_is_the_primary_test_and_the_only_one_marked() -> None:
    rows = answers()
    table = multiverse(judged(rows)).table
    (planned,) = table[table["planned"]].to_dict("records")
    primary = disparity(judged(rows)).findings[0].estimate
    assert primary is not None
    spread = rows["value"].std(ddof=0)
    got = [planned[name] * spread for name in ("estimate", "low", "high")]
    assert got == pytest.approx([primary.value, primary.low, primary.high], abs=1e-10)
    assert not {"p", "p_adjusted", "verdict"} & set(table)


def test_answers_that_were_cut_off_are_one_more_choice() -> None:
    rows = answers()
    kept = judged(rows[rows["contrast"].ne("c9")])
    made = multiverse(kept, with_truncated=judged(rows))
    assert len(made.table) == 16
    assert way(made.table, answers="with truncated")["observations"] == 25
    assert made.notes == (NOT_FOR,)
    alone = multiverse(kept)
    assert len(alone.table) == 8
    assert alone.notes[0] == "Answers that were cut off are left out in every way."


@pytest.mark.parametrize(("flat", "ways"), [(0, 8), (1, 8), (4, 8), (5, 16)])
def test_straight_liners_are_left_out_where_they_are_enough_to_hide_among(
    flat: int, ways: int
) -> None:
    rows = complete(EFFECTS, raters=10, seed=8)
    rows["value"] = rows["value"].round().clip(1, 5)
    rows.loc[rows["rater"].isin([f"r{at}" for at in range(flat)]), "value"] = 3.0
    made = multiverse(judged(rows), with_truncated=None)
    assert len(made.table) == ways
    told = [one for one in made.notes if one.startswith("Raters who gave one answer")]
    assert len(told) == (0 < flat < 5)
    if ways == 16:
        assert way(made.table, raters="without straight-liners")["raters_there"] == 5


def test_raters_who_only_lean_change_nothing_anywhere() -> None:
    rows = complete(EFFECTS, raters=5, seed=8)
    lean = rows["rater"].str[1:].astype(int) * 0.7
    tables = [
        multiverse(judged(one, scale="number", bounds=(-np.inf, np.inf))).table
        for one in (rows, rows.assign(value=rows["value"] + lean))
    ]
    plain, leaning = (one[one["scale"].eq("z scores by rater")] for one in tables)
    pd.testing.assert_frame_equal(plain, leaning, rtol=1e-9)


def test_the_curve_is_in_order_and_marks_the_planned_one() -> None:
    figure = specification_curve(multiverse(judged(answers())), "ben")
    assert figure.numbers["estimate"].is_monotonic_increasing
    assert figure.numbers["planned"].sum() == 1
    assert figure.alt.startswith("respect of ben in every defensible way: 8 ways, n = 25 each, ")
    assert figure.alt.endswith("No verdict counts from it.")
    drawn = {text.get_text() for text in figure.figure.axes[0].texts}
    assert {"scale", "weights", "ranks", "z scores by rater"} <= drawn
    assert "raters" not in drawn, "nobody could choose otherwise"


def test_whoever_was_seen_too_little_has_no_curve() -> None:
    figure = specification_curve(multiverse(judged(answers())), "nobody")
    assert figure.alt.endswith("n = 0. Too few situations or raters for any estimate.")


def test_answers_that_were_cut_off_are_read_when_asked_for() -> None:
    source = open_to_read(stage="confirm", environ={"PARALLAX_RECORD": "sample"})
    design = confirm_design(source.record)
    frames = load_frames(source.record, stage="confirm", confirm_hash=design.confirm_hash)
    kept, also = (
        observe(frames, design.analysis.primary, design=design, also=more)
        for more in ((), ("truncated",))
    )
    source.record.close()
    cut_off = frames.item_ratings
    cut_off = cut_off[cut_off["question"].eq(kept.outcome) & cut_off["apart"].eq("truncated")]
    assert len(also.frame) == len(kept.frame) + int(cut_off["value"].notna().sum())
    assert len(also.frame) > len(kept.frame)
    assert "truncated" in kept.left_out
    assert {**kept.left_out} == {**also.left_out, "truncated": kept.left_out["truncated"]}


def test_a_bare_table_is_refused() -> None:
    with pytest.raises(AnalysisError, match="multiverse: got a DataFrame; wanted the observations"):
        multiverse(answers())  # type: ignore[arg-type]
    with pytest.raises(AnalysisError, match="multiverse: got a DataFrame"):
        multiverse(judged(answers()), with_truncated=answers())  # type: ignore[arg-type]
    with pytest.raises(AnalysisError, match="multiverse: got level=95; wanted a share between"):
        multiverse(judged(answers()), level=95)
    with pytest.raises(AnalysisError, match="specification_curve: got a Disparity; wanted what"):
        specification_curve(disparity(judged(answers())), "ben")  # type: ignore[arg-type]
