"""The crowd's figures: every step is counted, and one that is lost would be noticed."""

import sqlite3
from pathlib import Path

import pytest

from bench import crowd
from bench.crowd import Crowd, Waits, measure, quantile


def test_a_small_crowd_is_counted_step_by_step(tmp_path: Path) -> None:
    waits = measure(Crowd(people=4, begin=0.2, think=0.05, seconds=1.0), tmp_path / "crowd", None)
    assert waits.failures == []
    assert waits.lost == 0
    counted = {step: len(waits.of(step)) for step, _ in waits.steps}
    assert {counted[one] for one in ("open and enrol", "consent", "begin")} == {4}
    assert counted["say"] == counted["answer"] >= counted["rate"] > 4
    assert 0 < waits.of()[0] <= quantile(waits.of(), 0.99) <= waits.of()[-1]


def test_a_step_that_was_acknowledged_and_is_gone_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(path: object, **options: bool) -> object:
        if options:
            other = sqlite3.connect(tmp_path / "crowd" / "results" / "small" / "record.db")
            other.execute("DELETE FROM parallax_journal WHERE kind = 'rating'")
            other.commit()
            other.close()
        return opened(path, **options)

    opened = crowd.open_record
    monkeypatch.setattr(crowd, "open_record", losing)
    waits: Waits = measure(Crowd(2, 0.1, 0.05, 0.5), tmp_path / "crowd", None)
    assert waits.lost == len(waits.of("rate")) > 0
    assert waits.failures[-1] == "the record does not verify"
