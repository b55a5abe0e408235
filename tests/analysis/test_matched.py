import pytest
from binary_world import observed, row

from toolkit.analysis import disparity, matched
from toolkit.analysis.disparity.against_reference import against_reference
from toolkit.analysis.rates.matched import (
    BY_GEE,
    CONDITIONAL,
    MCNEMAR,
    conditional_logit_of,
    mcnemar_of,
)
from toolkit.errors import AnalysisError

PAIRS = [(1, 0)] * 7 + [(0, 1)] * 2 + [(1, 1)] * 5 + [(0, 0)] * 6


def pairs(**more: object):
    return [
        row(float(value), f"s{number}", persona, **more)
        for number, (own, base) in enumerate(PAIRS)
        for value, persona in ((own, "p"), (base, ""))
    ]


def test_pairs_that_are_their_own_clusters_are_tested_beside_the_difference() -> None:
    found = observed(pairs())
    (made,) = matched(found)
    primary = disparity(found).findings[0]
    assert made.estimate == primary.estimate
    assert made.p == primary.p
    assert made.question == "matched"
    # 2 of 9 or fewer: (1 + 9 + 36) / 512, both sides.
    assert made.tests[MCNEMAR] == pytest.approx(2 * 46 / 512)
    assert made.beside["odds ratio of pairs that disagree"].value == pytest.approx(3.5)
    assert made.beside["odds ratio within contrasts"].value == pytest.approx(3.5)
    assert made.tests[CONDITIONAL] < 0.5
    # 12 of 20 against 7 of 20.
    assert made.beside["odds ratio, GEE"].value == pytest.approx((12 / 8) / (7 / 13))
    assert made.beside["difference of shares, GEE"].value == pytest.approx(0.25)
    assert BY_GEE in made.tests
    assert made.caveats == primary.caveats


def test_scenarios_with_several_contrasts_are_refused() -> None:
    rows = [
        {**one, "contrast": one["scenario"], "scenario": one["scenario"][:2]} for one in pairs()
    ]
    comparison = against_reference(observed(rows), "p")
    for run, name in ((mcnemar_of, "McNemar's test"), (conditional_logit_of, "conditional logit")):
        with pytest.raises(AnalysisError) as refused:
            run(comparison)
        assert str(refused.value) == (
            f"matched: {name} counts each contrast as independent of the others; got 1 scenarios "
            "with several contrasts each. Use GEE or the primary test, whose errors are clustered."
        )
    (made,) = matched(observed(rows))
    assert MCNEMAR not in made.tests
    assert CONDITIONAL not in made.tests
    assert BY_GEE in made.tests
    assert any(one.startswith("matched: McNemar's test counts each") for one in made.caveats)


def test_raters_with_several_contrasts_are_refused() -> None:
    rows = [{**one, "rater": f"r{number % 3}"} for number, one in enumerate(pairs())]
    with pytest.raises(AnalysisError, match="got 3 raters with several contrasts each"):
        mcnemar_of(against_reference(observed(rows, "accepted"), "p"))


def test_several_replies_an_arm_make_no_pairs() -> None:
    comparison = against_reference(observed([*pairs(), *pairs()]), "p")
    with pytest.raises(AnalysisError) as refused:
        mcnemar_of(comparison)
    assert str(refused.value) == (
        "matched: McNemar's test compares one observation of either arm in each contrast; got "
        "several in some. Use conditional logit, GEE or the primary test."
    )
    made = conditional_logit_of(comparison)
    assert made is not None
    assert made.clusters == 9


def test_weights_are_equal_observations() -> None:
    rows = [*pairs(), *pairs()]
    long = conditional_logit_of(against_reference(observed(rows), "p"))
    short = conditional_logit_of(against_reference(observed(pairs(weight=2.0)), "p"))
    assert long is not None
    assert short is not None
    assert (short.estimate, short.se) == pytest.approx((long.estimate, long.se))


def test_complete_separation_is_said() -> None:
    rows = [row(float(bool(p)), f"s{n}", p) for n in range(6) for p in ("p", "")]
    rows += [row(1.0, "s6", "p"), row(1.0, "s6")]
    (made,) = matched(observed(rows))
    assert made.estimate is not None
    assert made.caveats[-2:] == (
        "One of both rates is 0 or 1, so there is no odds ratio by GEE.",
        "The outcome separates the arms within contrasts completely, or never varies there, so "
        "there is no conditional odds ratio.",
    )
    assert "odds ratio, GEE" not in made.beside


def test_nothing_but_equal_outcomes_is_not_estimable() -> None:
    (made,) = matched(observed([row(0.0, f"s{n}", p) for n in range(6) for p in ("p", "")]))
    assert made.verdict == "not estimable"
    assert made.estimate is None
    assert not made.beside


def test_contrasts_from_leads_are_compared_by_themselves() -> None:
    rows = pairs() + [
        {**one, "origin": "lead", "scenario": "l" + one["scenario"]} for one in pairs()
    ]
    for one in rows:
        one["contrast"] = one["scenario"]
    made = matched(observed(rows))
    assert [one.speaks_of for one in made] == ["in general", "these situations"]
    assert all(one.n.scenarios == len(PAIRS) for one in made)


def test_parts_of_observations_are_not_cut_off_in_silence() -> None:
    rows = [{**one, "weight": 0.5} for one in pairs()]
    why = (
        "matched: conditional logit counts whole observations; got 40 rows that stand for a part "
        "of one. Use GEE or the primary test."
    )
    with pytest.raises(AnalysisError) as refused:
        conditional_logit_of(against_reference(observed(rows), "p"))
    assert str(refused.value) == why
    (made,) = matched(observed(rows))
    assert CONDITIONAL not in made.tests
    assert why in made.caveats
