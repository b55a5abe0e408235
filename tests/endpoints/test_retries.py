"""When to ask again: which failures, after how long, and how often at most."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from toolkit.canon import now
from toolkit.endpoints import IN_BULK, Retries
from toolkit.endpoints.retries import (
    FIRST_BACKOFF,
    IN_CONVERSATION,
    RetryPolicy,
    backoff,
    retry_after,
)
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    KeyRefused,
    RateLimited,
    RequestRefused,
)

BOTH = pytest.mark.parametrize("policy", [IN_CONVERSATION, IN_BULK], ids=["panel", "sweep"])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("nan", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_retry_after_may_be_a_date_to_come() -> None:
    moment = format_datetime(now() + timedelta(seconds=30), usegmt=True)
    assert retry_after({"retry-after": moment}) == pytest.approx(30, abs=2)


def test_backoff_grows_and_is_bounded() -> None:
    for failed, longest in [(1, 0.5), (2, 1.0), (3, 2.0), (9, 8.0), (500, 8.0)]:
        waits = [backoff(failed) for _ in range(50)]
        assert longest / 2 <= min(waits) <= max(waits) <= longest
        assert max(waits) - min(waits) > longest / 8


@BOTH
def test_each_failure_doubles_the_wait(policy: RetryPolicy) -> None:
    retries = Retries(policy, 9)
    for longest in (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0):
        wait = retries.wait(EndpointFailed)
        assert wait is not None
        assert longest / 2 <= wait <= longest
    assert retries.wait(EndpointFailed) is None
    assert FIRST_BACKOFF == 0.5


@BOTH
@pytest.mark.parametrize("most", [1, 2, 4])
def test_attempts_are_bounded(policy: RetryPolicy, most: int) -> None:
    retries = Retries(policy, most, first_backoff=0.01)
    waits = [retries.wait(EndpointFailed) for _ in range(most)]
    assert [wait is None for wait in waits] == [False] * (most - 1) + [True]


@BOTH
@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (RateLimited, True),
        (EndpointFailed, True),
        (EndpointUnreachable, True),
        (BadAnswer, True),
        (KeyRefused, False),
        (EndpointNotFound, False),
        (RequestRefused, False),
    ],
)
def test_what_passes_by_itself_is_worth_another_attempt(
    policy: RetryPolicy, kind: type[EndpointError], again: bool
) -> None:
    assert (Retries(policy, 4).wait(kind) is not None) is again
    assert Retries(policy, 4).wait(kind, final=True) is None


@BOTH
@pytest.mark.parametrize(("status", "again"), [(408, True), (409, True), (425, True), (400, False)])
def test_some_refusals_pass_too(policy: RetryPolicy, status: int, again: bool) -> None:
    assert (Retries(policy, 4).wait(RequestRefused, status=status) is not None) is again


def test_only_a_sweep_waits_out_a_time_limit_again() -> None:
    assert Retries(IN_CONVERSATION, 4).wait(EndpointTimeout) is None
    assert Retries(IN_BULK, 4).wait(EndpointTimeout) is not None


@pytest.mark.parametrize(("policy", "longest"), [(IN_CONVERSATION, 60), (IN_BULK, 300)])
def test_a_server_is_obeyed_up_to_a_limit(policy: RetryPolicy, longest: float) -> None:
    assert Retries(policy, 4).wait(RateLimited, retry_after=longest) == longest
    assert Retries(policy, 4).wait(RateLimited, retry_after=longest + 1) is None


@BOTH
def test_a_server_that_names_no_seconds_at_all_is_not_asked_at_once(policy: RetryPolicy) -> None:
    wait = Retries(policy, 4).wait(RateLimited, retry_after=0.0)
    assert wait is not None
    assert wait >= 0.25


def test_a_sweep_counts_refusals_for_the_rate_apart() -> None:
    retries = Retries(IN_BULK, 2)
    assert all(retries.wait(RateLimited) is not None for _ in range(11))
    assert retries.wait(EndpointFailed) is not None
    assert retries.wait(EndpointFailed) is None
    assert retries.wait(RateLimited) is None


def test_a_panel_counts_them_together() -> None:
    retries = Retries(IN_CONVERSATION, 2)
    assert retries.wait(RateLimited) is not None
    assert retries.wait(EndpointFailed) is None
