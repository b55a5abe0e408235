"""Leads read out of the record, without tables."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from toolkit.analysis import leads, load_frames
from toolkit.record import (
    Flag,
    Lead,
    Participant,
    Record,
    Withdrawal,
    leads_found,
    rank_leads,
    read_jsonl,
)

SAMPLE = Path(__file__).resolve().parents[2] / "results" / "sample" / "record.jsonl"


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Record]:
    with read_jsonl(SAMPLE, tmp_path / "record.db") as record:
        yield record


@pytest.mark.parametrize("low", [0, 1, 2, 5])
def test_the_record_and_its_frames_give_the_same_leads(sample: Record, low: int) -> None:
    found = leads_found(sample, low=low)
    assert found == tuple(leads(load_frames(sample, stage="explore"), low=low))
    assert found
    assert [one.rank for one in found] == list(range(1, len(found) + 1))


def test_the_frame_of_leads_has_their_fields(sample: Record) -> None:
    frame = leads(load_frames(sample, stage="explore")).frame
    assert list(frame) == [one.name for one in fields(Lead)]


def test_a_retracted_flag_and_a_withdrawn_tester_leave_no_lead(sample: Record) -> None:
    before = leads_found(sample)
    flag = next(one for one in before if one.kind == "flag")
    (kept,) = (row for row in sample.rows(Flag) if row.flag_id == flag.source_id)
    sample.append(replace(kept, flag_id="f-retraction", supersedes=kept.flag_id, retracted=True))
    after = leads_found(sample)
    assert flag.source_id not in {one.source_id for one in after}
    for person in sample.rows(Participant):
        sample.append(Withdrawal(participant_id=person.participant_id))
    assert leads_found(sample) == ()


def test_leads_are_ranked_whatever_order_they_come_in(sample: Record) -> None:
    found = leads_found(sample, low=3)
    assert rank_leads(reversed(found)) == found
