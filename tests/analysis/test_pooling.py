"""What is averaged over without being asked for is said: endpoints, and several references."""

import numpy as np
import pandas as pd
from comparisons import complete, judged

from toolkit.analysis import disparity
from toolkit.analysis.disparity import needed, pieces
from toolkit.analysis.frames import coded

EFFECTS = np.array([[0.4, 0.1], [0.6, 0.2], [0.1, 0.3], [0.5, 0.0], [0.2, 0.2]])
ARMS = ("ben", "cleo")


def test_endpoints_that_are_averaged_are_named() -> None:
    rows = complete(EFFECTS, arms=ARMS)
    both = pd.concat([rows.assign(endpoint="small"), rows.assign(endpoint="large")])
    ben, cleo = disparity(judged(both)).findings
    assert ben.caveats == cleo.caveats
    assert ben.caveats == (
        "Replies of 2 endpoints are compared, each with its own, and averaged: large, small. Pass "
        "the observations of one to say something of it.",
    )
    alone = judged(both)
    alone = alone.where(alone.frame["endpoint"].eq("small"))
    assert all(one.caveats == () for one in disparity(alone).findings)


def test_references_that_differ_between_contrasts_are_named() -> None:
    rows = complete(EFFECTS, arms=ARMS)
    other = rows["contrast"].isin(["c1", "c3"]) & rows["arm"].eq("reference")
    rows["persona"] = rows["persona"].mask(other, "dov")
    assert disparity(judged(rows)).notes == (
        "The reference is not one persona. Of 5 contrasts it is ada in 3, dov in 2: each persona "
        "is compared with whoever it is in the contrasts it shares.",
    )
    assert disparity(judged(rows), compare_with="grand_mean").notes == ()
    assert disparity(judged(complete(EFFECTS, arms=ARMS))).notes == ()


def test_what_is_needed_is_for_the_verdict_that_is_given() -> None:
    """Two claims share the error rate, so each is equivalent only below half of it."""
    seen = judged(complete(EFFECTS, arms=ARMS), scale="number", bounds=(-np.inf, np.inf))
    found = disparity(seen, margin=0.35)
    data = coded(seen)
    effects = data.sweep([data.of(one) for one in ARMS]).effects(data.value)
    said = [needed(pieces(effects, at), margin=0.35, alpha=0.025) for at in (0, 1)]
    assert [one.verdict for one in found.findings] == ["inconclusive"] * 2
    assert [one.needs for one in found.findings] == said
    assert said[0] != needed(pieces(effects, 0), margin=0.35, alpha=0.05)
