"""The engine by itself: jobs of a producer that has nothing to do with contrasts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_answers import Asked

from toolkit.canon import new_id
from toolkit.endpoints import Answer, Endpoint, Message, Settings
from toolkit.errors import EndpointFailed, EndpointTimeout, RateLimited, RequestRefused
from toolkit.probes import Budget, Ended, Job, Meter, run_jobs
from toolkit.record import Dispatch, Rating, Record, SweepEnd, Turn, open_record

RUN = "run-1"
SETTINGS = Settings(max_attempts=3, temperature=0.5)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "record.db") as opened:
        yield opened


def note(question: str, ended: Ended, seconds: float) -> Rating:
    """Keep the end of a job as a rating: what came, and whether it is an answer."""
    assert seconds >= 0
    good = isinstance(ended, Answer)
    return Rating(
        rating_id=new_id(),
        session_id=RUN,
        turn_id=None,
        question=question,
        dimension="echo",
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
    return [(row.question, row.value or 0, row.comment) for row in record.rows(Rating)]


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
    first = Turn(turn_id=new_id(), session_id=RUN, number=0, speaker="tester", text="")
    run(record, (Asked(), jobs(1)), due=1, begin=first)
    assert next(iter(record.entries(chain=RUN))).row() == first


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
    (end,) = record.rows(SweepEnd)
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
