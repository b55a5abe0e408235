"""Whether replies move more with the persona than with the wording, by hand."""

import pandas as pd
import pytest
from analysis.reply_texts import replies
from scipy import stats

from toolkit.analysis import movement
from toolkit.analysis.text_distance import distance, grams, masking
from toolkit.errors import AnalysisError


def test_distance_is_the_share_of_words_and_pairs_not_shared() -> None:
    # yes, of, course, yes of, of course against of, course, yes, of course, course yes.
    assert distance(grams("Yes, of course!"), grams("of course yes")) == pytest.approx(1 - 4 / 6)
    assert distance(grams("no"), grams("yes")) == 1
    assert distance(grams(""), grams("")) == 0


def test_energy_distance_is_worked_by_hand() -> None:
    # Replies "a" and "b", against "a" and "c": between (0 + 1 + 1 + 1) / 4, within 1 and 1.
    rows = replies(("a", "c"), paraphrase=("a", "b"), resample=("a", "b"))
    base = rows["arm"].eq("reference")
    rows.loc[base, "text"] = ["a", "b", "b"] * 4
    rows = rows[~(base & rows["unit_id"].str.endswith("2"))]
    rows["text"] = rows["text"].str.replace(" please", "")
    found = movement(rows, words=["nobody"]).by_contrast
    assert found["swap"].to_list() == pytest.approx([2 * 3 / 4 - 1 - 1] * 4)
    # The same two replies: between (0 + 1 + 1 + 0) / 4.
    assert found["resample"].to_list() == pytest.approx([2 * 2 / 4 - 1 - 1] * 4)
    assert found["within"].eq(1).all()


def test_other_words_for_the_persona_move_more_than_rewording() -> None:
    found = movement(replies(("no never", "no not now", "never no")), words=["Ben"])
    assert [one.compared_with for one in found.findings] == ["paraphrase", "resample"]
    assert {one.verdict for one in found.findings} == {"differs"}
    assert found.table["moves_more"].to_list() == [True]
    first = found.findings[0]
    assert (first.df, first.se_type, first.speaks_of) == (3, "clusters (scenarios)", "in general")
    assert list(first.beside) == [
        "distance of the swap",
        "distance of paraphrase",
        "distance within this persona",
        "distance within the reference",
    ]
    assert first.family == "movement, Benjamini-Hochberg (2 claims)"


def test_scenarios_count_equally_and_vary_as_their_means_do() -> None:
    rows = replies(("no never", "no not now", "never no"))
    # A second contrast of the first scenario: its own average counts no more than another's.
    again = rows[rows["scenario_id"].eq("s0")].assign(contrast_id="c9")
    again["unit_id"] = "again-" + again["unit_id"]
    again.loc[again["arm"].eq("swap"), "text"] = ["yes", "no", "yes"]
    found = movement(pd.concat([rows, again], ignore_index=True), words=["Ben"])
    for null in ("paraphrase", "resample"):
        apart = found.by_contrast.assign(apart=found.by_contrast["swap"] - found.by_contrast[null])
        means = apart.groupby("scenario")["apart"].mean()
        assert len(apart) == 5
        assert len(means) == 4
        (one,) = (one for one in found.findings if one.compared_with == null)
        assert one.estimate is not None
        assert one.estimate.value == pytest.approx(means.mean())
        se = means.std() / 4**0.5
        assert (one.se, one.df) == (pytest.approx(se), 3)
        assert one.p == pytest.approx(2 * stats.t.sf(abs(means.mean()) / se, 3))
        half = stats.t.ppf(0.975, 3) * se
        assert one.estimate.high - one.estimate.value == pytest.approx(half)
        # Five contrasts with three replies of either arm.
        assert (one.n.scenarios, one.n.contrasts, one.n.replies) == (4, 5, 30)


def test_a_rewording_that_moves_as_much_takes_the_claim_away() -> None:
    other = ("no never", "no not now", "never no")
    found = movement(replies(other, paraphrase=other), words=["Ben"])
    assert found.table["moves_more"].to_list() == [False]
    assert found.table["beyond_resample_low"].gt(0).all()


def test_names_do_not_count_once_masked() -> None:
    named = ("Dear Ben yes of course", "Dear Ben yes of course today", "Dear Ben of course yes")
    rows = replies(named)
    rows.loc[rows["arm"].ne("swap"), "text"] = "Dear Ada " + rows["text"]
    plain, masked = movement(rows), movement(rows, words=["Ada", "Ben"])
    assert plain.notes == (
        "No word was masked, so a reply that repeats a name moves by the name alone.",
    )
    assert masked.notes == ()
    assert (masked.by_contrast["swap"] < plain.by_contrast["swap"]).all()


def test_masking_takes_whole_words_in_either_case() -> None:
    mask = masking(["Ann", "Ann Lee"])
    assert mask("ann lee and Annette, ANN.") == "▢ and Annette, ▢."


def test_one_replicate_cannot_tell_movement_from_chance() -> None:
    rows = replies()
    rows = rows[rows["unit_id"].str.endswith("0")]
    found = movement(rows, words=["Ben"])
    assert {one.verdict for one in found.findings} == {"not estimable"}
    assert found.findings[0].caveats == (
        "No contrast holds two replies each of ben, the reference and paraphrase, so how far they "
        "are apart beyond chance cannot be told.",
    )
    assert found.table["moves_more"].to_list() == [False]


def test_one_scenario_gives_no_interval() -> None:
    found = movement(replies(scenarios=1), words=["Ben"])
    assert found.findings[1].caveats == (
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 scenarios.",
    )


def test_scenarios_that_agree_exactly_leave_no_error() -> None:
    rows = replies(("no", "never"))
    rows["text"] = rows["text"].str.replace(" please", "")
    found = movement(rows, words=["Ben"])
    assert found.findings[0].caveats == (
        "Every scenario says exactly the same of ben, so there is nothing to measure the "
        "difference by.",
    )


def test_what_was_not_answered_is_left_out_and_said() -> None:
    rows = replies()
    rows.loc[0, "apart"] = "refused"
    found = movement(rows, words=["Ben"])
    assert found.notes == ("1 of 48 replies were refused, cut off, or failed, and are left out.",)


def test_leads_are_kept_apart() -> None:
    rows = replies()
    rows.loc[rows["scenario_id"].eq("s3"), "origin"] = "lead"
    found = movement(rows, words=["Ben"])
    assert found.notes == (
        "12 replies to contrasts lifted from leads are left out; pass them alone to compare them.",
    )
    assert found.findings[0].n.scenarios == 3
    alone = movement(replies(origin="lead"), words=["Ben"])
    assert {one.speaks_of for one in alone.findings} == {"these situations"}


def test_explore_rows_and_other_frames_are_refused() -> None:
    with pytest.raises(AnalysisError) as caught:
        movement(replies(stage="explore"))
    assert str(caught.value).startswith("analysis: got 48 of 48 rows of stage 'explore'; wanted")
    with pytest.raises(AnalysisError) as caught:
        movement(replies().drop(columns=["text", "apart"]))
    assert str(caught.value) == (
        "movement: got a frame without text, apart; wanted the frame `replies`. Pass "
        "`load_frames(record).replies`."
    )


def test_a_cache_leaves_nothing_beyond_chance() -> None:
    """Every arm's replies are one text: each is one observation, and the floor is no floor."""
    rows = replies(("no", "never", "not now"))
    first = rows.groupby(["scenario_id", "arm", "persona_id"])["text"].transform("first")
    found = movement(rows.assign(text=first), words=["Ben"])
    assert {one.verdict for one in found.findings} == {"not estimable"}
    assert all("letter for letter the same" in one.caveats[0] for one in found.findings)
    assert found.notes[0].startswith("32 of 48 replies are letter for letter the same")
    varied = movement(rows, words=["Ben"])
    assert all(one.estimate is not None for one in varied.findings)
