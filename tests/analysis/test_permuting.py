"""Permutation tests, counted out by hand where there are few shuffles."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from comparisons import complete, judged

from toolkit.analysis import disparity, permute
from toolkit.analysis.disparity.permuting import BETWEEN, SHARP, shuffled
from toolkit.analysis.disparity.signflip import DRAWS, SIGN_FLIP, sign_flip
from toolkit.errors import AnalysisError

EFFECTS = np.array([[-0.5], [0.4], [-1.1], [-0.2], [-0.9], [0.1]])
NUMBER = {"scale": "number", "bounds": (-np.inf, np.inf)}


def test_shuffles_agree_with_all_permutations() -> None:
    scores = np.array([5.0, 4.0, 1.0, 2.0, 3.0, 1.0, 5.0])
    labels = np.array([0, 0, 1, 1, 2, 1, 0])
    strata = np.array([0, 0, 0, 0, 0, 1, 1])
    p = shuffled(scores[:, None], labels, strata, draws=40_000, seed=5)[:, 0]
    centered = scores - np.where(strata == 0, 3.0, 3.0)
    for label in range(3):
        observed = abs(centered[labels == label].sum())
        count = total = 0
        for order in permutations(range(5)):
            for end in permutations((5, 6)):
                moved = labels[[*order, *end]]
                total += 1
                count += abs(centered[moved == label].sum()) >= observed - 1e-9
        # Within four standard deviations of the share of all permutations.
        share = count / total
        assert p[label] == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 40_000))


def test_shuffles_hold_their_level() -> None:
    draw = np.random.default_rng(11)
    labels, strata = draw.integers(0, 2, 60), draw.integers(0, 6, 60)
    scores = draw.integers(1, 6, size=(60, 400)).astype("float64")
    p = shuffled(scores, labels, strata, draws=999, seed=2)
    # Binomial(400, .05): 99.9 % lie at 35 or below.
    assert (p[0] <= 0.05).sum() <= 35
    assert p.min() > 0


def test_the_same_seed_gives_the_same_p() -> None:
    rows = judged(complete(EFFECTS, raters=4), **NUMBER)
    one, two = (permute(rows, exchange="reply within contrast", draws=99, seed=3) for _ in "ab")
    pd.testing.assert_frame_equal(one.table, two.table)


def test_replies_carry_all_their_ratings() -> None:
    # Four raters rate each of four replies: as many units as replies, not as ratings.
    rows = complete(EFFECTS, raters=4)
    rows["reply"] = rows["contrast"] + rows["arm"]
    found = permute(judged(rows, **NUMBER), exchange="reply within contrast", draws=99)
    assert found.null == SHARP
    assert found.table["units"].to_list() == [12, 12]
    assert found.table["subject"].to_list() == ["ada", "ben"]


def test_whole_scenarios_flip_as_beside_the_primary_test() -> None:
    rows = judged(complete(EFFECTS, raters=4), **NUMBER)
    found = permute(rows, exchange="scenario")
    assert found.table["p"].to_list() == [disparity(rows).findings[0].tests[SIGN_FLIP]]
    assert found.table["units"].to_list() == [6]


def test_personas_that_whole_raters_saw_are_shuffled_among_raters() -> None:
    rows = complete(EFFECTS, raters=8)
    first = rows["rater"].isin(["r0", "r1", "r2", "r3"])
    found = permute(
        judged(rows[rows["arm"].eq("swap") == first], **NUMBER), exchange="rater", draws=999
    )
    assert found.null == BETWEEN
    assert found.table["units"].to_list() == [8, 8]
    # Of two personas the one's sum is the other's with the sign turned.
    assert found.table["p"].nunique() == 1


def test_raters_who_saw_several_personas_cannot_be_exchanged() -> None:
    with pytest.raises(AnalysisError) as caught:
        permute(judged(complete(EFFECTS, raters=4), **NUMBER), exchange="rater")
    assert str(caught.value) == (
        "permute: got exchange='rater' and 4 of 4 raters who judged several personas; wanted one "
        "persona a rater. Exchange scenarios, or replies within a contrast."
    )


def test_raters_must_be_there_to_be_exchanged() -> None:
    rows = complete(EFFECTS, raters=4).assign(rater=None)
    with pytest.raises(AnalysisError) as caught:
        permute(judged(rows, **NUMBER), exchange="rater")
    assert str(caught.value) == (
        "permute: got observations that no rater judged and exchange='rater'; wanted raters. "
        "Exchange scenarios, or replies within a contrast."
    )


def test_pairs_are_only_exchanged_by_scenario() -> None:
    rows = complete(EFFECTS, raters=4).query("arm == 'swap'").assign(value=1.0)
    pairs = judged(rows, scale="preference", bounds=(-1, 1))
    with pytest.raises(AnalysisError) as caught:
        permute(pairs, exchange="reply within contrast")
    assert str(caught.value) == (
        "permute: got pairs and exchange='reply within contrast'; wanted exchange='scenario', "
        "because a pair holds a persona and the reference together. Exchange scenarios."
    )


def test_the_unit_has_no_default() -> None:
    with pytest.raises(TypeError, match="exchange"):
        permute(judged(complete(EFFECTS), **NUMBER))  # type: ignore[call-arg]


def test_what_no_shuffle_changes_has_no_p() -> None:
    rows = complete(EFFECTS, raters=4).query("arm == 'reference'")
    found = permute(judged(rows, **NUMBER), exchange="reply within contrast", draws=99)
    assert found.table["p"].isna().all()


def test_many_scenarios_are_drawn_and_few_are_counted() -> None:
    few = np.array([2.0, 1.0, -0.5])
    # ±2 ±1 ±0.5: of 8 sums those of 2.5 or more in size are ±3.5 and ±2.5.
    assert sign_flip(few) == 4 / 8
    many = np.full(13, 1.0)
    p = sign_flip(many, seed=1)
    assert p is not None
    assert 1 / (DRAWS + 1) <= p <= 10 / (DRAWS + 1)
    assert sign_flip(np.array([1.0])) is None
