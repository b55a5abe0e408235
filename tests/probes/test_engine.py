"""The engine by itself: jobs of a producer that has nothing to do with contrasts."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pytest
from kept_rows import kept_entries, kept_rows
from made_answers import Asked

from toolkit.canon import new_id
from toolkit.endpoints import Answer, Endpoint, Message, Settings
from toolkit.errors import (
    EndpointFailed,
    EndpointTimeout,
    EventConflict,
    RateLimited,
    RequestRefused,
)
from toolkit.probes import Budget, Ended, Job, Meter, SweepProgress, run_jobs
from toolkit.record import Dispatch, Record, Row, SweepEnd, open_record

RUN = "run-1"
SETTINGS = Settings(max_attempts=3, temperature=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Row):
    """What the producer of these tests keeps of a job: 5 for an answer and 1 for a failure."""

    KIND = "echo"
    CHAIN = "sweep_id"
    BEGINS = True
    echo_id: str
    sweep_id: str
    question: str
    value: int
    comment: str


del Row.BY_KIND["echo"]  # A kind of these tests alone: `record` brings it to each of them.


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    monkeypatch.setitem(Row.BY_KIND, "echo", Echo)
    with open_record(tmp_path / "record.db") as opened:
        yield opened


def note(question: str, ended: Ended, seconds: float) -> Echo:
    """Keep the end of a job: what came, and whether it is an answer."""
    assert seconds >= 0
    good = isinstance(ended, Answer)
    return Echo(
        echo_id=new_id(),
        sweep_id=RUN,
        question=question,
        value=5 if good else 1,
        comment=ended.text if isinstance(ended, Answer) else str(ended),
    )


def jobs(count: int, *, settings: Settings = SETTINGS, name: str = "job") -> Iterator[Job]:
    for number in range(count):
        job_id = f"{name}-{number}"
        messages = (Message("user", f"Say {job_id}."),)
        yield Job(
            job_id, messages, settings, lambda ended, seconds, q=job_id: note(q, ended, seconds)
        )


def run(
    record: Record, *asked: tuple[Endpoint, Iterator[Job]], due: int = 10, **options: object
) -> SweepEnd:
    options = {"meter": Meter(due), "concurrency": 2, **options}
    return asyncio.run(run_jobs(record, RUN, asked, **options))  # type: ignore[arg-type]


def kept(record: Record) -> list[tuple[str, int, str]]:
    return [(row.question, row.value, row.comment) for row in record.rows(Echo)]


def failing_first(failure: Exception, times: int) -> Asked:
    return Asked(lambda number: failure if number < times else "Yes.")


def test_a_producer_keeps_rows_of_a_kind_of_its_own(record):
    endpoint = Asked(lambda number: f"Answer {number}.")
    end = run(record, (endpoint, jobs(10)), concurrency=1)
    assert (end.sweep_id, end.reason, end.replies, end.errored) == (RUN, "finished", 10, 0)
    assert kept(record) == [(f"job-{n}", 5, f"Answer {n}.") for n in range(10)]
    entries = list(record.entries(chain=RUN))
    assert (entries[0].kind, entries[-1].kind) == ("dispatch", "sweep_end")
    assert record.verify().ok
    assert [m[0].content for m, _ in endpoint.seen] == [f"Say job-{n}." for n in range(10)]


def test_the_first_row_is_the_producers(record):
    first = Echo(echo_id=new_id(), sweep_id=RUN, question="first", value=5, comment="")
    run(record, (Asked(), jobs(1)), due=1, begin=first)
    assert kept_entries(record)[0][1] == first


def test_each_call_is_one_attempt_that_is_not_streamed(record):
    endpoint = Asked()
    run(record, (endpoint, jobs(10)))
    asked = {(one.max_attempts, one.stream, one.temperature) for _, one in endpoint.seen}
    assert asked == {(1, False, 0.5)}


@pytest.mark.parametrize("failure", [EndpointFailed, EndpointTimeout])
def test_a_job_is_tried_as_often_as_its_settings_say(record, failure):
    passing = failure("asked: got no; wanted yes.", retry_after=0.001)
    endpoint = Asked(lambda _: passing)
    run(record, (endpoint, jobs(1)), due=1)
    assert kept(record) == [("job-0", 1, str(passing))]
    assert len(endpoint.seen) == 3


def test_too_many_requests_are_waited_out_twelve_times(record):
    crowded = RateLimited("asked: got no; wanted yes.", retry_after=0.001)
    endpoint = Asked(lambda _: crowded)
    with pytest.raises(RateLimited):
        run(record, (endpoint, jobs(1)), due=1)
    assert kept(record) == []
    assert len(endpoint.seen) == 12


@pytest.mark.parametrize(
    ("failure", "calls"), [(EndpointFailed, 2), (EndpointTimeout, 2), (RateLimited, 11)]
)
def test_the_last_try_may_be_the_one_that_works(record, failure, calls):
    passing = failure("asked: got no; wanted yes.", retry_after=0.001)
    run(record, (failing_first(passing, calls), jobs(1)), due=1, concurrency=1)
    assert kept(record) == [("job-0", 5, "Yes.")]


def test_each_call_is_announced(record):
    passing = EndpointFailed("asked: got no; wanted yes.", retry_after=0.001)
    endpoint = failing_first(passing, 2)
    run(record, (endpoint, jobs(3)), due=3, concurrency=1)
    told = [name for row in record.rows(Dispatch) for name in row.unit_ids]
    assert set(told) == {"job-0", "job-1", "job-2"}
    assert len(told) == len(endpoint.seen) == 5


def test_jobs_are_made_as_they_are_needed(record):
    made = jobs(10_000)
    meter = Meter(10_000, budget=Budget(tokens=1))
    end = run(record, (Asked(), made), meter=meter)
    assert end.reason == "budget"
    assert "does not say how many tokens" in end.comment
    assert next(made).id in {f"job-{number}" for number in range(20)}


def test_nothing_is_sent_on_a_budget_that_is_spent_already(record):
    meter = Meter(10, budget=Budget(tokens=1))
    meter.count("scripted:asked", EndpointFailed("no"))
    meter.exhausted = "spent"
    endpoint = Asked()
    end = run(record, (endpoint, jobs(10)), meter=meter)
    assert (end.reason, end.comment, endpoint.seen) == ("budget", "spent", [])


def test_an_endpoint_that_answers_nobody_stops_the_others_too(record):
    nobody = RequestRefused("asked: got no; wanted yes.")
    broken, well = Asked(lambda _: nobody), Asked()
    with pytest.raises(RequestRefused):
        run(record, (broken, jobs(1_000, name="bad")), (well, jobs(1_000)), due=2_000)
    (end,) = kept_rows(record, SweepEnd)
    assert (end.reason, end.comment, end.errored) == ("stopped", str(nobody), 0)
    assert len(broken.seen) <= 24
    assert end.replies == len(well.seen) < 1_000
    assert {name.partition("-")[0] for name, _, _ in kept(record)} == {"job"}


def test_a_failure_is_kept_once_a_later_call_works(record):
    refused = RequestRefused("asked: got no; wanted yes.")
    run(record, (failing_first(refused, 19), jobs(20)), due=20, concurrency=1)
    assert [value for _, value, _ in kept(record)] == [1] * 19 + [5]


def test_progress_is_told_at_the_end(record):
    told = []
    run(record, (Asked(), jobs(10)), on_progress=told.append)
    assert (told[-1].done, told[-1].planned, told[-1].in_flight) == (10, 10, 0)


# ── nothing is called finished that did not happen ──────────────────────────────────────────────


def poisoned(ended: Ended, seconds: float) -> Echo:
    raise KeyError("poison")


def elsewhere(ended: Ended, seconds: float) -> Echo:
    return replace(note("x", ended, seconds), sweep_id="other")


def of_ids(*ids: str) -> Iterator[Job]:
    return (replace(one, id=name) for name, one in zip(ids, jobs(len(ids)), strict=True))


def test_less_than_one_call_at_once_is_refused(record):
    for concurrency in (0, -1):
        with pytest.raises(ValueError, match=f"got a concurrency of {concurrency}; wanted"):
            run(record, (Asked(), jobs(3)), concurrency=concurrency)
    assert kept_rows(record, SweepEnd) == []


@pytest.mark.parametrize("budget", [Budget(tokens=0), Budget(cost=0)])
def test_a_budget_of_nothing_pays_for_nothing(record, budget):
    endpoint = Asked()
    end = run(record, (endpoint, jobs(100)), concurrency=64, meter=Meter(100, budget=budget))
    assert (end.reason, end.replies, endpoint.seen) == ("budget", 0, [])
    assert end.comment.startswith("0 of 0 ")


def test_a_run_is_finished_by_its_jobs_and_not_by_a_number_given(record):
    meter = Meter(1, budget=Budget(tokens=1))
    end = run(record, (Asked(), jobs(50)), meter=meter, concurrency=1)
    assert (end.reason, end.replies) == ("budget", 1)
    assert meter.progress(9).in_flight == 0


@pytest.mark.parametrize("due", [1, 99])
def test_it_is_finished_whatever_number_was_given(record, due):
    end = run(record, (Asked(), jobs(6)), due=due)
    assert (end.reason, end.replies) == ("finished", 6)


def test_a_budget_spent_by_the_last_job_leaves_the_run_finished(record):
    end = run(record, (Asked(), jobs(1)), meter=Meter(9, budget=Budget(tokens=1)), concurrency=1)
    assert (end.reason, end.replies) == ("finished", 1)


def test_a_producer_that_breaks_has_not_finished(record):
    def breaking() -> Iterator[Job]:
        yield from jobs(4)
        raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        run(record, (Asked(), breaking()), concurrency=4, due=4)
    (end,) = kept_rows(record, SweepEnd)
    assert end.reason == "stopped"
    assert end.replies == len(kept(record))


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        (poisoned, "KeyError: 'poison'"),
        (elsewhere, "ValueError: got a row of kind echo in the chain other; wanted one of run-1"),
        (lambda *_: None, "ValueError: got NoneType; wanted a row"),
    ],
)
def test_a_row_that_cannot_be_made_is_that_jobs_failure_alone(record, keep, said):
    bad = replace(next(jobs(1)), id="p0", keep=keep)
    end = run(record, (Asked(), chain([bad], jobs(30))), due=31)
    assert (end.reason, end.replies, len(kept(record))) == ("stopped", 30, 30)
    assert end.comment == (
        f"1 job has no row of this run: job p0: its row could not be made: {said}"
    )


def test_a_producer_none_of_whose_rows_can_be_made_is_not_paid_for_to_the_end(record):
    endpoint = Asked()
    end = run(record, (endpoint, (replace(one, keep=poisoned) for one in jobs(500))), due=500)
    assert (end.reason, end.replies) == ("stopped", 0)
    assert 20 <= len(endpoint.seen) < 30
    assert end.comment.endswith("; …")


@pytest.mark.parametrize("wrong", ["", "x" * 201, "a b", "é"])
def test_a_job_by_an_id_the_record_cannot_hold_is_not_sent(record, wrong):
    endpoint = Asked()
    end = run(record, (endpoint, of_ids("a", wrong, "b")), due=3)
    assert (end.reason, end.replies, len(endpoint.seen)) == ("stopped", 2, 2)
    assert end.comment == (
        f"1 job has no row of this run: job {wrong[:40]!a}: not sent, wanted an id of 1 to 200 "
        "visible ASCII characters"
    )
    assert [name for row in record.rows(Dispatch) for name in row.unit_ids] == ["a", "b"]


def test_an_id_is_sent_once_in_a_run_by_whichever_endpoint(record):
    one, other = Asked(), Asked()
    end = run(record, (one, of_ids("a", "b", "a")), (other, of_ids("b", "c")), due=5)
    assert (end.reason, end.replies, len(one.seen) + len(other.seen)) == ("stopped", 3, 3)
    again = "job '{}': not sent, the run had a job of this id before"
    assert end.comment.startswith("2 jobs have no row of this run: ")
    assert again.format("a") in end.comment
    assert again.format("b") in end.comment


def test_replies_are_counted_once_they_are_durable(record):
    # The record refuses the second: the same event, with other content.
    def same(ended: Ended, seconds: float) -> Echo:
        return replace(note(new_id(), ended, seconds), echo_id="same")

    with pytest.raises(EventConflict):
        run(record, (Asked(), (replace(one, keep=same) for one in jobs(2))), due=2)
    (end,) = kept_rows(record, SweepEnd)
    assert (end.reason, end.replies, len(kept(record))) == ("stopped", 1, 1)


def test_failures_at_the_very_end_that_cannot_be_kept_are_told(record):
    def same(ended: Ended, seconds: float) -> Echo:
        return replace(note(new_id(), ended, seconds), echo_id="same")

    refused = RequestRefused("asked: got no; wanted yes.")
    with pytest.raises(EventConflict):
        run(record, (Asked(lambda _: refused), (replace(one, keep=same) for one in jobs(2))), due=2)
    (end,) = kept_rows(record, SweepEnd)
    assert (end.reason, end.replies, end.errored) == ("stopped", 1, 1)


def test_a_display_that_breaks_costs_no_reply(record):
    shown = []

    def broken(progress: SweepProgress) -> None:
        shown.append(progress)
        raise BrokenPipeError("no terminal")

    with pytest.raises(BrokenPipeError):
        run(record, (Asked(), jobs(20)), due=20, on_progress=broken)
    (end,) = kept_rows(record, SweepEnd)
    assert (end.reason, end.replies, len(kept(record)), len(shown)) == ("finished", 20, 20, 1)
