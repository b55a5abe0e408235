"""Differences on the scale of the answers."""

import numpy as np
import pandas as pd
import pytest
from comparisons import complete, judged

from toolkit.analysis import ordinal
from toolkit.errors import AnalysisError

SHARES = {"reference": 0.5, "swap": 0.25}


def alike(shares: dict[str, float]) -> pd.DataFrame:
    """Yes or no: each rater and each scenario has the same share of yes in an arm."""
    rows = []
    for scenario in range(8):
        for rater in range(8):
            for arm, share in shares.items():
                yes = (rater + scenario) % 8 < round(share * 8)
                rows.append((f"s{scenario}", f"r{rater}", arm, float(yes)))
    made = pd.DataFrame(rows, columns=["scenario", "rater", "arm", "value"])
    persona = np.where(made["arm"].eq("swap"), "ben", "ada")
    return made.assign(persona=persona, contrast="c" + made["scenario"])


def test_where_nobody_varies_the_change_is_that_of_the_shares() -> None:
    """Worked by hand: 1/4 less 1/2; superiority 1/2 + (1/4 - 1/2) / 2."""
    found = ordinal(judged(alike(SHARES), scale="binary", bounds=(0, 1)))
    (ben,) = found.findings
    assert ben.estimate is not None
    assert ben.estimate.value == pytest.approx(-0.25, abs=1e-6)
    assert ben.beside["probability of superiority"].value == pytest.approx(0.375, abs=1e-6)
    # A share's variance is p (1 - p) / 64, and both are told apart by nothing else; t on 7 df.
    half = 2.364624251592785 * np.sqrt(0.25 / 64 + 0.1875 / 64)
    assert ben.estimate.high - ben.estimate.value == pytest.approx(half, rel=1e-4)
    assert (ben.verdict, ben.p, ben.speaks_of) == ("estimated", None, "in general")
    assert found.shares.set_index("level")["share"].to_dict() == pytest.approx(
        {"ben": 0.25, "reference": 0.5}, abs=1e-6
    )


def test_it_describes_and_does_not_test() -> None:
    (ben,) = ordinal(judged(alike(SHARES), scale="binary", bounds=(0, 1))).findings
    assert ben.caveats[0] == (
        "This describes and does not test; the primary test of `disparity` decides."
    )
    assert ben.estimand == (
        "average change in the share of answers of 1 or more, replies to ben against replies to "
        "the reference"
    )


def test_ordered_answers_keep_their_order_alone() -> None:
    rows = complete(np.array([[-1.0], [-0.6], [-1.2], [-0.8]]), raters=6)
    rows["value"] = (rows["value"] - rows["value"].mean()).round().clip(-2, 2) + 3
    (ben,) = ordinal(judged(rows)).findings
    assert ben.estimate is not None
    assert -1 <= ben.estimate.low < ben.estimate.value < 0
    assert ben.unit == "share of answers of 4 or more"
    stretched = rows.assign(value=rows["value"].map({1: 1, 2: 2, 3: 4, 4: 8, 5: 9}))
    (other,) = ordinal(judged(stretched, bounds=(1, 9)), at_least=8).findings
    assert other.estimate is not None
    assert other.estimate.value == pytest.approx(ben.estimate.value, abs=1e-6)


def test_one_scenario_does_not_speak_in_general() -> None:
    rows = alike(SHARES)
    gone = rows["arm"].eq("swap") & rows["scenario"].ne("s3")
    (ben,) = ordinal(judged(rows[~gone], scale="binary", bounds=(0, 1))).findings
    assert (ben.speaks_of, ben.n.scenarios) == ("these situations", 1)


def test_other_scales_are_refused() -> None:
    rows = complete(np.array([[0.5], [0.1]]), raters=3)
    with pytest.raises(AnalysisError) as caught:
        ordinal(judged(rows, scale="number", bounds=(-np.inf, np.inf)))
    assert str(caught.value) == (
        "ordinal: got 'respect', on the scale 'number'; wanted rated answers on the scale 'likert' "
        "or 'binary'. Compare anything else with `disparity`."
    )
    with pytest.raises(AnalysisError) as caught:
        ordinal(judged(alike(SHARES).assign(rater=None), scale="binary", bounds=(0, 1)))
    assert str(caught.value) == (
        "ordinal: got 'respect', on the scale 'binary' and without raters; wanted rated answers on "
        "the scale 'likert' or 'binary'. Compare anything else with `disparity`."
    )
