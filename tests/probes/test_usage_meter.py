"""Tokens, money, time left and the end of a budget: counted, never guessed."""

from typing import Any

import pytest
from made_answers import answer_of
from made_answers import usage_of as used

from toolkit.errors import EndpointFailed, SetupError
from toolkit.probes import Budget, Ended, Meter, Prices, SweepProgress

PRICES = Prices.model_validate(
    {
        "as_of": "2026-01-31",
        "source": "a test",
        "models": {"dear": {"input": "10", "output": "30"}},
    }
)
DEAR = "openai:dear"


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def end(*, endpoint: str = DEAR, usage: Any = None, outcome: str = "answered") -> tuple[str, Ended]:
    """Who was asked, and how it ended."""
    errored = EndpointFailed("dear: got no; wanted yes.")
    return endpoint, errored if outcome == "errored" else answer_of(usage=usage)


def test_a_reply_adds_its_tokens_and_their_price() -> None:
    meter = Meter(3, prices=PRICES)
    meter.count(*end(usage=used(1_000, 100)))
    meter.count(*end(usage=used(500, 50)))
    progress = meter.progress(in_flight=1)
    assert (progress.planned, progress.done, progress.failed, progress.in_flight) == (3, 2, 0, 1)
    assert (progress.prompt_tokens, progress.completion_tokens) == (1_500, 150)
    assert progress.cost == pytest.approx(1_500 * 10e-6 + 150 * 30e-6)
    assert progress.uncounted == 0


@pytest.mark.parametrize("usage", [None, used(None, 4), used(4, None)])
def test_tokens_nobody_reported_are_said_and_not_guessed(usage: Any) -> None:
    meter = Meter(2, prices=PRICES)
    meter.count(*end(usage=usage))
    progress = meter.progress(0)
    assert progress.uncounted == 1
    assert progress.prompt_tokens + progress.completion_tokens == (4 if usage else 0)


@pytest.mark.parametrize("prices", [None, PRICES])
def test_an_unknown_price_makes_the_cost_unknown(prices: Prices | None) -> None:
    meter = Meter(2, prices=prices)
    meter.count(*end(endpoint="openai:unlisted", usage=used(1, 1)))
    meter.count(*end(usage=used(1, 1)))
    assert meter.progress(0).cost is None


@pytest.mark.parametrize("endpoint", ["embedded:smollm2", "scripted:courteous"])
def test_an_endpoint_on_this_machine_costs_nothing(endpoint: str) -> None:
    meter = Meter(1)
    meter.count(*end(endpoint=endpoint, usage=used(1_000, 1_000)))
    assert meter.progress(0).cost == 0


def test_a_failure_counts_as_done_and_as_failed() -> None:
    meter = Meter(2)
    meter.count(*end(outcome="errored"))
    progress = meter.progress(0)
    assert (progress.done, progress.failed, progress.uncounted) == (1, 1, 1)


def test_time_left_goes_by_the_latest_pace() -> None:
    clock = Clock()
    meter = Meter(1_000, clock=clock)
    assert meter.progress(0).seconds_left is None
    for number in range(400):
        clock.now += 1.0 if number < 200 else 2.0
        meter.count(*end())
    assert meter.progress(0).seconds_left == pytest.approx(600 * 2.0)


def test_time_left_is_unknown_while_no_time_has_passed() -> None:
    meter = Meter(10, clock=Clock())
    meter.count(*end())
    assert meter.progress(0).seconds_left is None


def test_a_token_budget_is_spent_when_it_is_reached() -> None:
    meter = Meter(9, budget=Budget(tokens=2_200))
    meter.count(*end(usage=used(1_000, 100)))
    assert meter.exhausted == ""
    meter.count(*end(usage=used(1_000, 100)))
    assert meter.exhausted == "2,200 of 2,200 tokens are used"
    meter.count(*end(usage=used(1_000, 100)))
    assert meter.exhausted == "2,200 of 2,200 tokens are used"


def test_a_cost_budget_is_spent_when_it_is_reached() -> None:
    meter = Meter(9, prices=PRICES, budget=Budget(cost=0.02))
    meter.count(*end(usage=used(1_000, 0)))
    assert meter.exhausted == ""
    meter.count(*end(usage=used(1_500, 0)))
    assert meter.exhausted == "0.025 of 0.02 USD are used"


@pytest.mark.parametrize("budget", [Budget(tokens=100), Budget(cost=1.0)])
def test_a_budget_cannot_be_kept_where_nobody_counts(budget: Budget) -> None:
    meter = Meter(9, prices=PRICES, budget=budget)
    meter.count(*end(outcome="errored"))
    assert meter.exhausted == ""
    meter.count(*end(usage=None))
    assert meter.exhausted == (
        "openai:dear does not say how many tokens it used, so no budget can be kept"
    )


def test_money_is_not_asked_of_an_endpoint_on_this_machine() -> None:
    meter = Meter(9, budget=Budget(cost=1.0))
    meter.count(*end(endpoint="embedded:smollm2", usage=None))
    assert meter.exhausted == ""


def test_a_cost_budget_needs_the_price_of_everybody_who_answers() -> None:
    meter = Meter(9, prices=PRICES, budget=Budget(cost=1.5))
    meter.require_prices([DEAR, "embedded:smollm2"])
    with pytest.raises(SetupError) as refused:
        meter.require_prices([DEAR, "openai:new", "openai:newer"])
    assert str(refused.value) == (
        "budget: got a limit of 1.5 USD and no price for openai:new, openai:newer; wanted the "
        "price of every endpoint that answers. Add it to a list like toolkit/probes/prices.yaml "
        "and name that with --prices, or limit tokens with --max-tokens-total."
    )


def test_without_a_cost_budget_no_price_is_needed() -> None:
    Meter(9, budget=Budget(tokens=5)).require_prices(["openai:new"])


def test_a_price_unknown_all_the_same_ends_the_run() -> None:
    meter = Meter(9, prices=PRICES, budget=Budget(cost=1.0))
    meter.count(*end(endpoint="openai:new", usage=used(1, 1)))
    assert meter.exhausted == (
        "the price of openai:new is unknown, so a limit in USD cannot be kept"
    )


def reading(**changed: Any) -> SweepProgress:
    """A run that is half done and has met no trouble."""
    usual: dict[str, Any] = {
        **{"planned": 2_000, "done": 1_000, "failed": 0, "in_flight": 0, "uncounted": 0},
        **{"prompt_tokens": 12_345, "completion_tokens": 678, "cost": 1.5, "seconds_left": None},
    }
    return SweepProgress(**usual | changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "1,000 of 2,000 units · 12,345 + 678 tokens · 1.50 USD"),
        (
            {"failed": 3, "in_flight": 64},
            "1,000 of 2,000 units · 3 failed · 64 under way · 12,345 + 678 tokens · 1.50 USD",
        ),
        (
            {"uncounted": 1, "cost": None},
            "1,000 of 2,000 units · 12,345 + 678 tokens and 1 reply without a count · cost unknown",
        ),
        (
            {"uncounted": 2},
            "1,000 of 2,000 units · 12,345 + 678 tokens and 2 replies without a count · 1.50 USD",
        ),
    ],
)
def test_a_reading_is_one_line(changed: dict[str, Any], said: str) -> None:
    assert str(reading(**changed)) == said


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0, "0 s"), (89.4, "89 s"), (90, "2 min"), (5_399, "90 min"), (5_400, "1.5 h")],
)
def test_time_left_is_said_in_its_own_unit(seconds: float, left: str) -> None:
    assert str(reading(seconds_left=seconds)).endswith(f" · about {left} left")


def test_no_time_is_left_at_the_end() -> None:
    assert "left" not in str(reading(done=2_000, seconds_left=0.0))


def test_what_is_under_way_is_never_more_than_what_is_left() -> None:
    meter = Meter(3)
    meter.count(*end())
    assert meter.progress(in_flight=9).in_flight == 2


def test_the_limits_of_a_run_are_kept_with_the_day_of_the_prices() -> None:
    assert Meter(1, prices=PRICES, budget=Budget(cost=0.5)).limits() == {
        "budget": {"tokens": None, "cost": 0.5},
        "prices": "2026-01-31",
    }
