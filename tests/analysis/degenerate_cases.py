"""What each analysis says when there is not enough to say: a world, and the exact sentence."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from analysis import crossed_factors, reply_texts, spoken_words
from analysis import judged as by_hand
from analysis.comparisons import PEOPLE, judged
from analysis.degenerate_worlds import of, pairs, ratings, whole, yes_no
from analysis.mixed_data import ratings as answers

from toolkit.analysis import (
    Observations,
    Truth,
    across_names,
    blinding,
    crossed_design,
    disparity,
    interim,
    movement,
    multiverse,
    ordinal,
    pairwise,
    pooled,
    power,
    preference,
    rates,
    reliability,
    selfcheck,
    waves,
    words,
)
from toolkit.analysis.engine import confidence_sequence
from toolkit.analysis.intersection import intersections
from toolkit.analysis.mixed import fit
from toolkit.analysis.multiverse import NOT_FOR as NOT_FOR_CHOOSING
from toolkit.design import Outcome


class Case(NamedTuple):
    name: str
    run: Callable[[], Any]
    says: str
    tested: bool = False
    """Whether something else in it can be tested all the same."""


R = ratings()
RATERS = [f"r{number}" for number in range(12)]
FACTORS = ["gender", "region"]
ENDLESS = (-np.inf, np.inf)


def number(rows: pd.DataFrame) -> Observations:
    return judged(rows, scale="number", bounds=ENDLESS)


def binary(rows: pd.DataFrame, **more: Any) -> Observations:
    return judged(rows, scale="binary", bounds=(0.0, 1.0), outcome="helped", **more)


def swapped(rows: pd.DataFrame) -> pd.Series:
    return rows["arm"].eq("swap").astype("float64")


def choices(number: int = 24, raters: int = 4, scenarios: int = 4, **row: Any) -> Any:
    return by_hand.frames(
        choices=[
            {
                "participant_id": f"p-{at % raters}",
                "contrast_id": f"c-{at // raters % scenarios}",
                "scenario_id": f"s-{at // raters % scenarios}",
                "side": ("left", "right")[at // 2 % 2],
                **{name: one(at) if callable(one) else one for name, one in row.items()},
            }
            for at in range(number)
        ]
    )


def rated(
    raters: int = 4, items: int = 8, value: Callable[[int, int], int] = lambda one, item: 3
) -> Any:
    return by_hand.frames(ratings=by_hand.crossed(raters, items, value))


def relied(frames: Any, **more: Any) -> Any:
    return reliability(frames, "helpful", seed=1, draws=100, **more)


@cache
def _mixed() -> Any:
    return relied(rated(value=lambda one, item: 1 + (3 * one + item) % 5))


def guessed(count: int, raters: int, state: str) -> Any:
    rows = [{"participant_id": f"p-{at % raters}", "state": state} for at in range(count)]
    return blinding(by_hand.frames(guesses=rows))


def strata(rows: pd.DataFrame, scale: str = "likert") -> Any:
    return intersections(crossed_factors.observed(rows, scale), FACTORS, draws=4)


def replies(own: str, base: str, scenarios: int = 6, **more: Any) -> pd.DataFrame:
    return spoken_words.replies([[own]] * scenarios, [[base]] * scenarios, **more)


def told(rows: pd.DataFrame, **more: Any) -> Any:
    return words(rows, mask=["pat"], seed=1, **more)


def many_raters() -> pd.DataFrame:
    return ratings(scenarios=4, raters=9)


def moved(rows: pd.DataFrame) -> Any:
    return movement(rows, words=["ben"])


DISPARITY = [
    Case(
        "all ratings equal",
        lambda: disparity(judged(R.assign(value=4.0))),
        "All 32 observations of ben and of what it is compared with are 4, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "all ratings equal, grand mean",
        lambda: disparity(judged(R.assign(value=4.0)), compare_with="grand_mean"),
        "All 32 observations of ada and of what it is compared with are 4, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "an effect without any error",
        lambda: disparity(judged(R.assign(value=3 + swapped(R)))),
        "The model leaves no error at all in the observations of ben, so there is nothing to "
        "measure the difference by.",
    ),
    Case(
        "an empty persona",
        lambda: disparity(judged(R, people=PEOPLE.loc[["ada", "ben", "cleo"]])),
        "Nothing of cleo was observed, so there is nothing to compare.",
        tested=True,
    ),
    Case(
        "a persona in one contrast only",
        lambda: disparity(
            judged(pd.concat([R, of(R, arm="swap", scenario="s0").assign(persona="cleo")]))
        ),
        "cleo was seen in 1 scenario only: this cannot generalize over scenarios, so there is"
        " no interval, no p-value and no verdict. It takes at least 3 scenarios.",
        tested=True,
    ),
    Case(
        "one rater",
        lambda: disparity(judged(ratings(raters=1))),
        "ben was judged by 1 rater only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "one scenario",
        lambda: disparity(judged(ratings(scenarios=1)), margin=5.0),
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "one of each",
        lambda: disparity(judged(ratings(scenarios=1, raters=1))),
        "ben was seen in 1 scenario and judged by 1 rater only: this cannot generalize over "
        "scenarios and raters, so there is no interval, no p-value and no verdict. It takes "
        "at least 3 scenarios and raters.",
    ),
    Case(
        "one scenario that no rater judged",
        lambda: disparity(judged(ratings(scenarios=1).assign(rater=None))),
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "one observation",
        lambda: disparity(judged(R.iloc[1:2])),
        "No contrast holds observations of both ben and the reference, so they cannot be compared.",
    ),
    Case(
        "no row at all",
        lambda: disparity(judged(R.iloc[:0])),
        "Nothing was observed of 'respect', so nothing is compared.",
    ),
    Case(
        "all refused",
        lambda: disparity(judged(R.iloc[:0], left_out={"refused": 32})),
        "Nothing was observed of 'respect', so nothing is compared.",
    ),
    Case(
        "no reference",
        lambda: disparity(judged(of(R, arm="swap"))),
        "No contrast holds observations of both ben and the reference, so they cannot be compared.",
    ),
    Case(
        "nobody else to average with",
        lambda: disparity(judged(of(R, arm="swap")), compare_with="grand_mean"),
        "Nobody else was observed in the contrasts of ben, so there is nothing to compare.",
    ),
    Case(
        "reference only",
        lambda: disparity(judged(of(R, arm="reference"))),
        "No persona was swapped in, so nobody is compared on 'respect'.",
    ),
    Case(
        "arms in different contrasts",
        lambda: disparity(judged(R[swapped(R).eq(1) == R["scenario"].isin(["s0", "s1"])])),
        "No contrast holds observations of both ben and the reference, so they cannot be compared.",
    ),
    Case(
        "arms with different raters",
        lambda: disparity(judged(R[swapped(R).eq(1) == R["rater"].isin(["r0", "r1"])])),
        "The raters and contrasts of ben are not joined to those it is compared with, so its "
        "effect cannot be told from theirs.",
    ),
    Case(
        "pairs that stood on one side",
        lambda: disparity(pairs(R, balanced=False)),
        "Replies to ben stood on one side throughout, so what is due to them cannot be told from "
        "what is due to the side.",
    ),
    Case(
        "some raters missing",
        lambda: disparity(judged(R.assign(rater=R["rater"].where(R.index > 2)))),
        "disparity: got 3 of 32 observations without a rater; wanted one in each. Leave those "
        "rows out, or fill the column in.",
    ),
    Case(
        "contrasts missing",
        lambda: disparity(judged(R.assign(contrast=None))),
        "disparity: got 32 of 32 observations without a contrast; wanted one in each. Leave those "
        "rows out, or fill the column in.",
    ),
    Case(
        "a factor with one level",
        lambda: disparity(
            judged(R, people=PEOPLE.loc[["ada", "ben"]].assign(gender="man")), factors=["gender"]
        ),
        "Nothing is said about gender: the personas compared do not have two levels of it.",
        tested=True,
    ),
    Case(
        "a persona whose factor is missing",
        lambda: disparity(
            judged(R, people=PEOPLE.loc[["ada", "ben"]].assign(gender=["woman", None])),
            factors=["gender"],
        ),
        "Nothing is said about gender: the personas compared do not have two levels of it.",
        tested=True,
    ),
    Case(
        "levels with few personas",
        lambda: disparity(judged(ratings(arms=("ben", "cleo", "dov"))), factors=["gender"]),
        "gender: man holds 2 personas and a claim about the factor needs 3 a level: this is about "
        "these personas only.",
        tested=True,
    ),
]

ROWS = [
    Case(
        "values missing",
        lambda: disparity(judged(R.assign(value=R["value"].where(R.index > 1)))),
        "observations: got 2 of 32 values of 'respect' that are missing or infinite; wanted a "
        "number in each row. Leave those rows out.",
    ),
    Case(
        "an infinite value",
        lambda: disparity(number(R.assign(value=R["value"].mask(R.index == 3, np.inf)))),
        "observations: got 1 of 32 values of 'respect' that are missing or infinite; wanted a "
        "number in each row. Leave those rows out.",
    ),
    Case(
        "values too large to square",
        lambda: disparity(number(R.assign(value=R.index * 1e200))),
        "observations: got values of 'respect' as far from 0 as 3.1e+201; wanted them between "
        "1e-50 and 1e+50 in size, or 0. Choose another unit.",
    ),
    Case(
        "values too small to square",
        lambda: disparity(number(R.assign(value=R.index * 1e-200))),
        "observations: got values of 'respect' as far from 0 as 3.1e-199; wanted them between "
        "1e-50 and 1e+50 in size, or 0. Choose another unit.",
    ),
    Case(
        "weights of 0",
        lambda: rates(yes_no(R.assign(weight=1 - swapped(R)))),
        "observations: got 16 of 32 rows of 'helped' with a weight of 0 or less; wanted weights "
        "above 0. Leave out rows that stand for no observation.",
    ),
    Case(
        "weights missing",
        lambda: rates(yes_no(R.assign(weight=np.nan))),
        "observations: got 32 of 32 weights of 'helped' that are missing or infinite; wanted a "
        "number in each row. Leave those rows out.",
    ),
]

RATES = [
    Case(
        "0 of n",
        lambda: rates(binary(R.assign(value=0.0))),
        "0 of 16 observations in 4 clusters: the rate may be up to 52.7% at 95% confidence.",
    ),
    Case(
        "n of n",
        lambda: rates(binary(R.assign(value=1.0))),
        "16 of 16 observations in 4 clusters: the rate may be as low as 47.3% at 95% confidence.",
    ),
    Case(
        "no ratio to nothing",
        lambda: rates(binary(R.assign(value=swapped(R)))),
        "The reference never had the favorable outcome: no ratio.",
    ),
    Case(
        "a rate of one rater",
        lambda: rates(yes_no(ratings(raters=1), above=0)),
        "4 of 4 observations. reference was judged by 1 rater only: this cannot generalize "
        "over raters, so there is no interval, no p-value and no verdict. It takes at least 3"
        " raters.",
    ),
    Case(
        "a rate in one scenario",
        lambda: rates(yes_no(ratings(scenarios=1), above=9)),
        "0 of 4 observations. reference was seen in 1 scenario only: this cannot generalize "
        "over scenarios, so there is no interval, no p-value and no verdict. It takes at "
        "least 3 scenarios.",
    ),
    Case(
        "a rate of nothing",
        lambda: rates(binary(R.iloc[:0])),
        "Nothing was observed of outcome 'helped': no rate.",
    ),
    Case(
        "a ratio without a reference",
        lambda: rates(yes_no(of(R, arm="swap"))),
        "No contrast has both this arm and the reference.",
    ),
    Case(
        "a rate of ratings",
        lambda: rates(judged(whole(R))),
        "rates: got outcome 'respect' on the scale 'likert'; wanted a binary one, 0 or 1. Take "
        "`refusal`, or say what counts as 1 and pass that.",
    ),
]


PREFERENCE = [
    Case(
        "ties only",
        lambda: preference(choices(preferred="equal")),
        "Every pair that could be compared was a tie, so no worth can be told.",
    ),
    Case(
        "never an acceptable reply",
        lambda: preference(choices(preferred="neither")),
        "All 24 observations of ana and of what it is compared with are 0, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "every pair won",
        lambda: preference(choices(preferred="own")),
        "All 24 observations of ana and of what it is compared with are 1, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "the left side always wins",
        lambda: preference(choices(preferred=lambda at: ("own", "other")[at // 2 % 2])),
        "One side, or one kind of pair, always came out alike, so no worth has a finite estimate.",
    ),
    Case(
        "one rater compares",
        lambda: preference(choices(raters=1, preferred=lambda at: ("own", "other")[at // 5 % 2])),
        "ana was judged by 1 rater only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "raters who all say the same",
        lambda: preference(
            choices(scenarios=1, preferred=lambda at: ("own", "other", "equal")[at % 3])
        ),
        "ana was seen in 1 scenario only: this cannot generalize over scenarios, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "pairs in one scenario, worths",
        lambda: preference(
            choices(40, scenarios=1, preferred=lambda at: ("own", "other", "own")[at * at % 7 % 3])
        ),
        "ana was seen in 1 scenario only: this cannot generalize over scenarios, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "no pair",
        lambda: preference(by_hand.frames()),
        "Raters compared no pairs, so nothing can be said of whose reply is preferred.",
    ),
    Case(
        "sides that follow the persona",
        lambda: preference(
            choices(
                persona=lambda at: ("ana", "ben")[at // 2 % 2],
                preferred=lambda at: ("own", "other")[at // 3 % 2],
            )
        ),
        "The left side cannot be told from who stood there, so no worth can be told; some "
        "contestants must be shown on both sides.",
    ),
    Case(
        "ratings for pairs",
        lambda: preference(judged(whole(R))),
        "preference: got observations of scale 'likert'; wanted pairs, of scale 'preference'. "
        "Take the outcome 'preference'.",
    ),
]

RATERS_SAY = [
    Case(
        "raters with one answer",
        lambda: relied(rated()),
        "Every rating that could be compared is 3, so there is nothing to agree or disagree about "
        "and no coefficient of agreement can be estimated.",
    ),
    Case(
        "one rater, no agreement",
        lambda: relied(rated(raters=1, value=lambda one, item: 1 + item % 5)),
        "No item was judged by two raters, so agreement cannot be estimated.",
    ),
    Case(
        "one item",
        lambda: relied(rated(items=1, value=lambda one, item: 1 + one)),
        "All ratings that could be compared come from one of the items, so no interval can be "
        "given and the coefficient is not shown.",
    ),
    Case(
        "perfect agreement",
        lambda: relied(rated(value=lambda one, item: 1 + item % 5)),
        "Raters agree but for their severity on every item, so there is no rest to judge by.",
        tested=True,
    ),
    Case(
        "raters who never change their answer",
        lambda: relied(rated(value=lambda one, item: 1 + one)),
        "Every item came out alike, so the interval has no width and says too much.",
    ),
    Case(
        "no repeats",
        _mixed,
        "No item was shown and rated a second time, so raters' constancy cannot be told.",
        tested=True,
    ),
    Case(
        "no attention items",
        _mixed,
        "No attention item was answered, so attention cannot be told.",
        tested=True,
    ),
    Case(
        "one group of raters",
        lambda: relied(
            rated(value=lambda one, item: 1 + (3 * one + item) % 5),
            groups={f"p-{one:02}": "north" for one in range(4)},
        ),
        "No item was judged by two raters of two groups, so agreement within and across groups "
        "cannot be compared.",
        tested=True,
    ),
    Case(
        "nobody rated",
        lambda: relied(by_hand.frames()),
        "reliability: got the outcome 'helpful'; wanted one that raters judged: there is none. "
        "Name one of these.",
    ),
    Case(
        "no guesses",
        lambda: blinding(by_hand.frames()),
        "Raters made no guess at a persona, so whether they could tell is not known.",
    ),
    Case(
        "nobody can tell",
        lambda: guessed(12, 4, "cannot tell"),
        "No guess named a persona, so there is no share to compare with chance.",
    ),
    Case(
        "one rater guesses",
        lambda: guessed(12, 1, "right"),
        "Guesses are by fewer than 3 raters, so nothing can be said of raters in general.",
    ),
    Case(
        "every guess right",
        lambda: guessed(12, 4, "right"),
        "Every guess scored alike, so there is no standard error; read the share that is right.",
        tested=True,
    ),
]

INTERSECTIONS = [
    Case(
        "strata all equal",
        lambda: strata(crossed_factors.made_up(scale="binary").assign(value=1), "binary"),
        "mixed: got the answer 1 in all of 432 observations; wanted at least two different "
        "answers. Nothing can be compared where nothing varies.",
    ),
    Case(
        "a factor that parts the answers wholly",
        lambda: strata(
            crossed_factors.made_up().assign(value=lambda one: one["gender"].eq("woman") * 1),
            "binary",
        ),
        "The coefficients of Intercept, gender[T.other], gender[T.woman], region[T.south] have no "
        "finite estimate, because the answers there fall wholly on one side; no interval and no "
        "p-value is given.",
    ),
    Case(
        "strata in one scenario",
        lambda: strata(crossed_factors.made_up(scenarios=1)),
        "All of it was seen in 1 scenario only: this cannot generalize over scenarios, so "
        "there is no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "strata seen by one rater",
        lambda: strata(crossed_factors.made_up(raters=1)),
        "All of it was judged by 1 rater only: this cannot generalize over raters, so there "
        "is no interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "no factor known",
        lambda: strata(crossed_factors.made_up().assign(region=None)),
        "No observation is of a persona whose factors are known, so there is no stratum.",
    ),
    Case(
        "one level of a factor",
        lambda: strata(crossed_factors.made_up().assign(region="north")),
        "3 strata cannot be told from 2 main effects and a mean; it takes more combinations of "
        "the factors than these.",
    ),
]

TEXTS = [
    Case(
        "words of one scenario",
        lambda: told(replies("yes please " * 9, "no thanks " * 9).assign(scenario_id="s0")),
        "Replies of both p and the reference are to one scenario only, so nothing can be "
        "generalized over scenarios and no word is tested. Send more scenarios.",
    ),
    Case(
        "words of few scenarios",
        lambda: told(replies("yes", "no", 4)),
        "4 scenarios have replies of both p and the reference; wanted at least 5 to compare "
        "words. Send more scenarios.",
    ),
    Case(
        "empty texts",
        lambda: told(replies("", "")),
        "No word is counted often enough to be compared.",
    ),
    Case(
        "texts that were not kept",
        lambda: told(replies("yes", "no").assign(text=None)),
        "No reply to a persona can be read, so no words are compared.",
    ),
    Case(
        "all replies refused",
        lambda: told(replies("yes", "no", apart="refused")),
        "No reply to a persona can be read, so no words are compared.",
    ),
    Case(
        "replies that are all the same",
        lambda: moved(reply_texts.replies().assign(text="yes")),
        "In 4 of 4 contrasts all replies of ben, of the reference or of paraphrase are letter"
        " for letter the same, as from a cache or at temperature 0. An arm without variation "
        "is one observation, so what lies beyond chance cannot be told.",
    ),
    Case(
        "one replicate",
        lambda: moved(reply_texts.replies()[lambda one: one["unit_id"].str.endswith("0")]),
        "No contrast holds two replies each of ben, the reference and paraphrase, so how far they "
        "are apart beyond chance cannot be told.",
    ),
    Case(
        "moved in one scenario",
        lambda: moved(reply_texts.replies(scenarios=1)),
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "no reply moved",
        lambda: moved(reply_texts.replies(apart="refused")),
        "No reply to a persona can be read, so no distances are compared.",
    ),
    Case(
        "texts that were not kept, moved",
        lambda: moved(reply_texts.replies().assign(text=None)),
        "The record keeps no text of 48 of 48 replies, and they are left out.",
    ),
]

OVER_TIME = [
    Case(
        "waves all equal",
        lambda: waves(judged(R.assign(value=3.0)), judged(R.assign(value=3.0))),
        "All 64 observations of ben and of what it is compared with are 3, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "waves of one rater",
        lambda: waves(
            judged(ratings(raters=1).assign(value=lambda one: 1.0 + one.index % 4)),
            judged(ratings(raters=1).assign(value=lambda one: 1.0 + one.index % 5)),
        ),
        "ben was judged by 1 rater only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "a second wave without a reference",
        lambda: waves(judged(R), judged(of(R, arm="swap"))),
        "No contrast holds observations of both ben and the reference, so they cannot be compared.",
    ),
    Case(
        "waves of nothing",
        lambda: waves(judged(R.iloc[:0]), judged(R.iloc[:0])),
        "waves: got 0 contrasts before and 0 after, none of them in both; wanted the same "
        "contrasts. Send the contrasts of the first wave again.",
    ),
    Case(
        "a look at one scenario",
        lambda: interim(
            judged(ratings(scenarios=1, raters=12)), "ben", over="raters", order=RATERS
        ),
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "a look at one rater",
        lambda: interim(
            judged(ratings(raters=1)),
            "ben",
            over="scenario blocks",
            order=["s0", "s1", "s2", "s3"],
        ),
        "ben was judged by 1 rater only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "a look without a reference",
        lambda: interim(judged(of(R, arm="swap")), "ben", over="raters", order=RATERS),
        "0 raters so far judged both this arm and the reference: too few for an interval. Go "
        "on until at least 3 have.",
    ),
    Case(
        "a look at what has no bounds",
        lambda: interim(number(R), "ben", over="raters", order=RATERS),
        "sequence: got a difference or a bound that is missing or infinite; wanted finite ones, "
        "the lower bound below the upper. Leave units without a difference out.",
    ),
    Case(
        "a missing difference",
        lambda: confidence_sequence([0.1, float("nan")], (-1, 1)),
        "sequence: got a difference or a bound that is missing or infinite; wanted finite ones, "
        "the lower bound below the upper. Leave units without a difference out.",
    ),
]

PLANNED = [
    Case(
        "no spread to plan by",
        lambda: selfcheck(judged(R.assign(value=3.0)), simulations=100, seed=1),
        "simulation: got 32 observations of 'respect' that are all alike; wanted some that "
        "differ, as they say nothing of how answers spread. Give a truth of your own.",
    ),
    Case(
        "one scenario to plan by",
        lambda: selfcheck(judged(whole(ratings(scenarios=1))), simulations=100, seed=1),
        "selfcheck: got a design of 4 raters and 1 scenarios in which no persona can be tested; "
        "wanted one seen by two raters in two scenarios. Rate more first.",
    ),
    Case(
        "nobody to plan for",
        lambda: selfcheck(judged(whole(of(R, arm="reference"))), simulations=100, seed=1),
        "selfcheck: got a design without a swap arm; wanted personas that are compared with a "
        "reference. Check the column 'arm'.",
    ),
    Case(
        "an effect beyond the scale",
        lambda: power(
            crossed_design(raters=8, scenarios=4), Truth(), effects=[-9.0], simulations=100, seed=1
        ),
        "simulation: got an effect of -9.00; wanted one that these answers can show, between "
        "-2.28 and +1.56. Plant a smaller one.",
    ),
    Case(
        "a design without personas",
        lambda: crossed_design(raters=8, scenarios=4, swaps=0),
        "design: got a number of 0; wanted at least 1 of everything: raters, scenarios, "
        "contrasts, swaps, replicates and contrasts a rater. Raise it.",
    ),
]


def _apart(family: str, response: str) -> Any:
    data = answers(1)
    data.loc[data["arm"] == "q", response] = data[response].max()
    return fit(data, f"{response} ~ arm", ["rater"], family=family)  # type: ignore[arg-type]


MIXED = [
    Case(
        "an arm that always has the highest answer",
        lambda: _apart("cumulative", "value"),
        "The coefficient of arm[T.q] has no finite estimate, because the answers there fall "
        "wholly on one side; no interval and no p-value is given.",
        tested=True,
    ),
    Case(
        "an arm that always says yes",
        lambda: _apart("binomial", "high"),
        "The coefficient of arm[T.q] has no finite estimate, because the answers there fall "
        "wholly on one side; no interval and no p-value is given.",
        tested=True,
    ),
    Case(
        "one number throughout",
        lambda: fit(answers(1).assign(number=2.5), "number ~ arm", ["rater"]),
        "mixed: got the answer 2.5 in all of 400 observations; wanted at least two different "
        "answers. Nothing can be compared where nothing varies.",
    ),
    Case(
        "an answer nobody gave",
        lambda: fit(
            answers(1)[lambda one: one["value"] != 3],
            "value ~ arm",
            ["rater"],
            family="cumulative",
            levels=[1, 2, 3, 4, 5],
        ),
        "value: the answer 3 was never given; the model speaks of the answers that were.",
        tested=True,
    ),
    Case(
        "a random factor of one level",
        lambda: fit(answers(1).assign(rater="r"), "number ~ arm", ["rater", "scenario"]),
        "The factor rater has one level, so how it varies cannot be told; it is left out of the "
        "model, and no p-value is given, because nothing generalizes over rater.",
    ),
    Case(
        "no complete row",
        lambda: fit(answers(1).assign(rater=None), "value ~ arm", ["rater"], family="cumulative"),
        "mixed: got 400 rows, none of them complete; wanted some with every column of the formula "
        "and groups. Look at the missing values.",
    ),
    Case(
        "negative weights",
        lambda: fit(answers(1).assign(n=-1.0), "high ~ arm", [], family="binomial", weights="n"),
        "mixed: got -1 in n; wanted for each row how many observations it stands for. Remove rows "
        "with negative weights.",
    ),
]

FIVE = ("ben", "cleo", "dov", "eve")
MANY = ratings(scenarios=4, raters=4, arms=FIVE)
NO_ERROR = "The model leaves no error at all, so there is nothing to measure differences by."
TWO_LEFT = "2 personas were seen in enough situations and by enough raters; it takes 3."
NONE_LEFT = "0 personas were seen in enough situations and by enough raters; it takes 3."
UNJOINED = (
    "Left out: ben, cleo, dov, eve. Not joined to the reference, or not to be told from the side "
    "they stood on."
)

POOLING = [
    Case("pooled, all ratings equal", lambda: pooled(judged(MANY.assign(value=4.0))), NO_ERROR),
    Case(
        "pooled, effects without any error",
        lambda: pooled(judged(MANY.assign(value=3 + MANY["persona"].eq("ben")))),
        NO_ERROR,
    ),
    Case(
        "pooled, raters who only lean",
        lambda: pooled(judged(MANY.assign(value=MANY["rater"].str[1:].astype(float) + 1))),
        NO_ERROR,
    ),
    Case(
        "pooled, two situations that no rater judged",
        lambda: pooled(judged(ratings(2, arms=FIVE).assign(rater=None))),
        "Left out: ben, cleo, dov, eve. Seen in situations fewer than 3, which stand for no other.",
    ),
    Case("pooled, two personas", lambda: pooled(judged(ratings(arms=("ben", "cleo")))), TWO_LEFT),
    Case("pooled, two raters", lambda: pooled(judged(ratings(raters=2, arms=FIVE))), NONE_LEFT),
    Case("pooled, two situations", lambda: pooled(judged(ratings(2, arms=FIVE))), NONE_LEFT),
    Case("pooled, no row at all", lambda: pooled(judged(MANY.iloc[:0])), NONE_LEFT),
    Case("pooled, reference only", lambda: pooled(judged(of(MANY, arm="reference"))), NONE_LEFT),
    Case("pooled, no reference", lambda: pooled(judged(of(MANY, arm="swap"))), UNJOINED),
    Case(
        "pooled, one persona who was rated once",
        lambda: pooled(
            judged(pd.concat([MANY[MANY["persona"].ne("eve")], of(MANY, persona="eve")[:1]]))
        ),
        "Left out: eve. Seen in situations or by raters fewer than 3, which stand for no other.",
        tested=True,
    ),
    Case(
        "pooled, pairs that stood on one side",
        lambda: pooled(pairs(MANY, balanced=False)),
        UNJOINED,
    ),
]

NO_WAY = "No persona can be compared in any way."
HIDDEN = (
    "Raters who gave one answer to everything are fewer than 5 and count in every way: a number "
    "without them would show what they said."
)

WAYS = [
    Case("ways, all answers equal", lambda: multiverse(judged(whole(R).assign(value=4.0))), NO_WAY),
    Case("ways, no row at all", lambda: multiverse(judged(R.iloc[:0])), NO_WAY),
    Case("ways, two raters", lambda: multiverse(judged(ratings(raters=2))), NO_WAY),
    Case("ways, two situations", lambda: multiverse(judged(ratings(2))), NO_WAY),
    Case("ways, no reference", lambda: multiverse(judged(of(R, arm="swap"))), NO_WAY),
    Case("ways, reference only", lambda: multiverse(judged(of(R, arm="reference"))), NO_WAY),
    Case(
        "ways, one rater says the same of everything",
        lambda: multiverse(
            judged(whole(R).assign(value=lambda x: x["value"].mask(x["rater"].eq("r0"), 3)))
        ),
        HIDDEN,
    ),
    Case(
        "ways, every rater says the same of everything",
        lambda: multiverse(
            judged(
                whole(many_raters()).assign(
                    value=lambda x: x["rater"].str[1:].astype(int) % 5 + 1.0
                )
            )
        ),
        NO_WAY,
    ),
    Case(
        "ways, everything was cut off",
        lambda: multiverse(judged(R.iloc[:0]), with_truncated=judged(whole(R))),
        NOT_FOR_CHOOSING,
    ),
    Case(
        "ways, yes throughout",
        lambda: multiverse(binary(R.assign(value=1.0))),
        NO_WAY,
    ),
]

NO_PAIR = "No pair of personas can be compared. "
NOBODY = "0 personas were seen in enough situations and by enough raters; it takes 2."

PAIRS = [
    Case(
        "pairs of personas, all ratings equal",
        lambda: pairwise(judged(MANY.assign(value=4.0))),
        NO_PAIR + NO_ERROR,
    ),
    Case(
        "pairs of personas, effects without any error",
        lambda: pairwise(judged(MANY.assign(value=3 + MANY["persona"].eq("ben")))),
        NO_PAIR + NO_ERROR,
    ),
    Case(
        "pairs of personas, one persona",
        lambda: pairwise(judged(R)),
        NO_PAIR + "1 persona was seen in enough situations and by enough raters; it takes 2.",
    ),
    Case(
        "pairs of personas, two raters",
        lambda: pairwise(judged(ratings(raters=2, arms=FIVE))),
        NO_PAIR + NOBODY,
    ),
    Case(
        "pairs of personas, two situations that no rater judged",
        lambda: pairwise(judged(ratings(2, arms=FIVE).assign(rater=None))),
        NO_PAIR + NOBODY,
    ),
    Case("pairs of personas, no row", lambda: pairwise(judged(MANY.iloc[:0])), NO_PAIR + NOBODY),
    Case(
        "pairs of personas, one rated by two raters",
        lambda: pairwise(
            judged(MANY[MANY["persona"].ne("eve") | MANY["rater"].isin(["r0", "r1"])])
        ),
        "Left out: eve. Seen in situations or by raters fewer than 3, which stand for no other.",
        tested=True,
    ),
]

TWO = PEOPLE.loc[["ada", "ben"]]
SECONDS = Outcome(
    name="seconds",
    source="replies",
    scale="number",
    bounds=ENDLESS,
    unit="seconds",
    favorable=None,
    rated=False,
    reads="seconds",
)
TWO_RATERS = sorted(crossed_factors.made_up()["rater"].unique())[:2]
SIX = ("ben", "cleo", "dov", "eve", "fay", "gus")
GROUPS = ratings(arms=SIX)
MEN = GROUPS["persona"].isin(["ben", "dov", "gus"])
APART = GROUPS[GROUPS["rater"].isin(["r0", "r1"]) == MEN].reset_index(drop=True)
FEW_NAMES = "gender: man has 1 name: it takes 3 a group to speak of names like these."

NAMES = [
    Case("names, one a group", lambda: across_names(judged(R, people=TWO), "gender"), FEW_NAMES),
    Case(
        "names, all ratings equal",
        lambda: across_names(judged(GROUPS.assign(value=4.0)), "gender"),
        "The model leaves no error at all in what is compared with gender: man.",
    ),
    Case(
        "names, two raters",
        lambda: across_names(judged(ratings(raters=2, arms=SIX)), "gender"),
        "gender: man was judged by 2 raters only: this cannot generalize over raters, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "names, one situation",
        lambda: across_names(judged(ratings(1, arms=SIX)), "gender"),
        "gender: man was seen in 1 scenario only: this cannot generalize over scenarios, so there "
        "is no interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "names, one level",
        lambda: across_names(judged(GROUPS, people=PEOPLE.assign(gender="woman")), "gender"),
        "Nothing is said about gender: the names do not have two levels of it.",
    ),
    Case(
        "names, a group that nobody is known to have",
        lambda: across_names(judged(GROUPS, people=PEOPLE.assign(gender=None)), "gender"),
        "Nothing is said about gender: the names do not have two levels of it.",
    ),
    Case(
        "names, no row",
        lambda: across_names(judged(GROUPS.iloc[:0], people=PEOPLE), "gender"),
        "Nothing was observed of 'respect'.",
    ),
    Case(
        "names, groups with raters of their own",
        lambda: across_names(judged(APART), "gender"),
        "gender: man cannot be told from the raters, contrasts or sides that it came with.",
    ),
]

BEYOND = [
    Case(
        "one side, all ratings equal",
        lambda: disparity(judged(R.assign(value=4.0)), margin=0.5, direction="worse"),
        "All 32 observations of ben and of what it is compared with are 4, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "one side, two raters",
        lambda: disparity(judged(ratings(raters=2)), margin=5.0, direction="worse"),
        "ben was judged by 2 raters only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "one side without a margin",
        lambda: disparity(judged(R), direction="better"),
        "disparity: got direction='better' and no margin; wanted both. Give the largest "
        "difference that would not matter on that side, or leave direction out.",
    ),
    Case(
        "one side of what is neither good nor bad",
        lambda: disparity(
            Observations(of=SECONDS, frame=judged(R).frame, people=PEOPLE),
            margin=1.0,
            direction="worse",
        ),
        "disparity: got direction='worse' for 'seconds', of which neither end is good to get; "
        "wanted an outcome with favorable high or low. Leave direction out.",
    ),
]

OLDER = [
    Case(
        "ordinal, all answers equal",
        lambda: ordinal(judged(whole(R).assign(value=4.0))),
        "mixed: got the answer 4 in all of 32 observations; wanted at least two different answers. "
        "Nothing can be compared where nothing varies.",
    ),
    Case(
        "ordinal, two raters",
        lambda: ordinal(judged(whole(ratings(raters=2)))),
        "ben was judged by 2 raters only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "ordinal, one situation",
        lambda: ordinal(judged(whole(ratings(scenarios=1)))),
        "ben was seen in 1 scenario only: this cannot generalize over scenarios, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 scenarios.",
    ),
    Case(
        "ordinal, a persona who always has the highest answer",
        lambda: ordinal(judged(whole(R).assign(value=1 + 4 * swapped(R)))),
        "The change is not estimable: arm[T.ben] has no finite estimate, because the answers are "
        "separated.",
    ),
    Case(
        "ordinal, answers that are numbers",
        lambda: ordinal(number(R)),
        "ordinal: got 'respect', on the scale 'number'; wanted rated answers on the scale 'likert' "
        "or 'binary'. Compare anything else with `disparity`.",
    ),
    Case(
        "ordinal, no reference",
        lambda: ordinal(judged(of(whole(R), arm="swap"))),
        "marginal: got the level 'reference' of arm; wanted one that was observed: ben.",
    ),
    Case(
        "factor levels, all ratings equal",
        lambda: disparity(judged(GROUPS.assign(value=4.0)), factors=["gender"]),
        "All 112 observations of gender: man and of what it is compared with are 4, so there is no "
        "variation to measure a difference by.",
    ),
    Case(
        "factor levels, two raters",
        lambda: disparity(judged(ratings(raters=2, arms=SIX)), factors=["gender"]),
        "gender: man was judged by 2 raters only: this cannot generalize over raters, so there is "
        "no interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "grand mean, two raters",
        lambda: disparity(judged(ratings(raters=2)), compare_with="grand_mean"),
        "ada was judged by 2 raters only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "a rate of a persona of whom nothing was observed",
        lambda: rates(
            binary(R.assign(value=1.0), people=PEOPLE.loc[["ada", "ben", "cleo"]]),
        ),
        "Nothing of cleo was observed, so there is no rate of it.",
    ),
    Case(
        "pairs that are ties in two situations",
        lambda: preference(choices(6, scenarios=2, preferred="equal")),
        "Every pair that could be compared was a tie, so no worth can be told.",
    ),
    Case(
        "a look at two raters who come back",
        lambda: interim(
            judged(whole(ratings(raters=2))),
            "ben",
            over="scenario blocks",
            order=["s0", "s1", "s2", "s3"],
        ),
        "ben was judged by 2 raters only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "no replies, moved",
        lambda: moved(replies("a b", "a b").iloc[:0]),
        "No reply to a persona can be read, so no distances are compared.",
    ),
    Case(
        "no replies, words",
        lambda: told(replies("a b", "a b").iloc[:0]),
        "No reply to a persona can be read, so no words are compared.",
    ),
    Case(
        "strata seen by two raters",
        lambda: strata(crossed_factors.made_up()[lambda rows: rows["rater"].isin(TWO_RATERS)]),
        "All of it was judged by 2 raters only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
    Case(
        "waves that are all equal, two raters",
        lambda: waves(judged(ratings(raters=2)), judged(ratings(raters=2))),
        "ben was judged by 2 raters only: this cannot generalize over raters, so there is no "
        "interval, no p-value and no verdict. It takes at least 3 raters.",
    ),
]

CASES = [
    *(DISPARITY + ROWS + RATES + PREFERENCE + RATERS_SAY),
    *(INTERSECTIONS + TEXTS + OVER_TIME + PLANNED + MIXED + POOLING + WAYS),
    *(PAIRS + NAMES + BEYOND + OLDER),
]
