"""What the rating page says and what comes of it, with a real study, record and queue."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kept_rows import kept_rows
from page_people import Rater
from small_rating import keep_replies, rating_study

from toolkit.canon import new_id
from toolkit.design import ConfirmStage, Study
from toolkit.errors import RecordFull
from toolkit.record import Choice, Consent, Guess, Item, Passed, Rating, Record, open_record


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return rating_study(tmp_path)


@pytest.fixture
def record(study: Study) -> Iterator[Record]:
    with open_record(study) as opened:
        keep_replies(study, opened)
        yield opened


@pytest.fixture
def rater(study: Study, record: Record) -> Iterator[Rater]:
    begun = Rater(study, record).begin()
    yield begun
    asyncio.run(begun.panel.release())


def test_every_event_may_be_sent_again(study: Study, record: Record, rater: Rater) -> None:
    """A page that never saw the acknowledgment sends again, also to a panel opened since."""
    item = rater.item
    first = rater.done("rate", item=item, question="accurate", value=2)
    rater.done("rate", item=item, question="respected", value=5)
    passed = rater.done("pass", item=rater.item)
    answers = [{"id": new_id(), "question": "accurate", "value": 4}]
    rater.done("back", item=rater.item)
    rater.done("back", item=rater.item)
    assert rater.item == item
    fixed = rater.done("correct", item=item, answers=answers)
    third, before = rater.item, record.extent()
    again = Rater(study, record)
    assert again.item == third
    again.done("rate", first, item=item, question="accurate", value=2)
    again.done("correct", fixed, item=item, answers=answers)
    again.done("pass", passed, item=kept_rows(record, Item)[1].item_id)
    again.done("consent")
    assert again.item == third
    assert record.extent() == before
    assert [one.value for one in kept_rows(record, Rating)] == [2, 5, 4]
    assert len(kept_rows(record, Passed)) == len(record.rows(Consent)) == 1


def test_a_step_back_that_arrives_twice_counts_once(rater: Rater) -> None:
    first = rater.answer(3, 3)
    second = rater.answer(4, 4)
    shown = rater.item
    rater.done("back", item=shown)
    assert rater.item == second
    rater.done("back", item=shown)
    assert rater.item == second
    rater.done("back", item=second)
    assert rater.item == first
    assert rater.refused("back", item=first) == (
        "There is nothing before this one. Go on with what is shown."
    )
    assert rater.panel.given == {
        "item": first,
        "answers": {"accurate": 3, "respected": 3},
        "choice": None,
        "why": "",
        "passed": False,
    }
    rater.done("correct", item=first, answers=[])
    assert rater.item == shown


def test_what_no_page_of_ours_would_say_is_refused(rater: Rater, record: Record) -> None:
    before = record.extent()
    actions = (
        "enrol, other_code, consent, start, end, rate, correct, choose, pass, back, guess, look, "
        "save, withdraw"
    )
    assert rater.refused("say", text="Hello?") == (
        f"Panel: got the action 'say', which it does not know; wanted one of {actions}. Reload the "
        "page and run the cell again."
    )
    assert rater.refused("choose", item=rater.item, preferred="left") == (
        "Choice: got 'left'; wanted one of a, b, equal, neither. Reload the page and choose again."
    )
    assert rater.refused("rate", item=rater.item, question="accurate", value="4") == (
        "Panel: got str as value of 'rate'; wanted int. Reload the page and try again."
    )
    assert rater.refused("rate", item="elsewhere", question="accurate", value=4)
    assert rater.refused("rate", item=rater.item, question="quick", value=4)
    assert rater.refused("rate", item=rater.item, question="accurate", value=6)
    assert rater.refused("correct", item=rater.item, answers="all")
    assert rater.refused("guess", item=rater.item, option=1)
    assert record.extent() == before
    rater.done("correct", item=rater.item, answers=["no", {"id": "no"}])
    assert record.extent() == before


def test_a_and_b_are_left_and_right_in_the_record_only(tmp_path: Path) -> None:
    study = rating_study(tmp_path, form="pair")
    with open_record(study) as record:
        keep_replies(study, record, say=lambda unit: f"A reply. {unit.unit_id[-6:]}")
        rater = Rater(study, record).begin()
        for said in ("a", "b", "equal"):
            while len(rater.panel.view["item"]["replies"]) == 1:
                rater.answer(2, 2)
            item, replies = rater.item, rater.panel.view["item"]["replies"]
            rater.done("choose", item=item, preferred=said, why="So.")
            row = next(one for one in kept_rows(record, Item) if one.item_id == item)
            assert [text[-6:] for text in replies] == [unit[-6:] for unit in row.unit_ids]
        rows = kept_rows(record, Choice)
        assert [one.preferred for one in rows] == ["left", "right", "equal"]
        assert {one.why for one in rows} == {"So."}
        asyncio.run(rater.panel.release())


def test_options_of_a_guess_are_numbers_from_one(rater: Rater, record: Record) -> None:
    while rater.screen == "rate":
        rater.answer(3, 3)
    assert rater.screen == "last"
    assert "guess" not in rater.panel.view
    rater.done("end")
    given: list[int | None] = []
    while rater.screen == "guess":
        asked = rater.panel.view["guess"]
        assert [one["number"] for one in asked["options"]] == [1, 2, 3, 4]
        option = None if not given else 4
        given.append(option)
        rater.done("guess", item=asked["id"], option=option)
    assert rater.screen == "done"
    assert rater.panel.view["next"] == "The study lead reads the flags."
    rows = record.rows(Guess)
    assert len(rows) == len(given) > 1
    assert [one.guessed and one.options.index(one.guessed) for one in rows] == [
        option and option - 1 for option in given
    ]


def test_running_the_cell_again_shows_the_same_item(
    study: Study, record: Record, rater: Rater
) -> None:
    again = Rater(study, record)
    assert again.item == rater.item
    again.answer(1, 1)
    assert rater.item == again.item
    assert rater.panel.view["readOnly"] == ""


def test_another_code_before_the_first_item_only(rater: Rater, study: Study) -> None:
    rater.done("other_code")
    assert rater.screen == "rate"
    rater.answer(3, 3)
    rater.done("other_code")
    assert rater.screen == "rate"
    asyncio.run(rater.panel.release())
    newcomer = Rater(study, rater.record)
    newcomer.done("enrol", code="R-2O")
    newcomer.done("other_code")
    assert newcomer.screen == "enrol"
    newcomer.agree("R-19")
    assert newcomer.screen == "how"
    assert newcomer.panel.view["masked"] is True
    newcomer.done("other_code")
    assert newcomer.screen == "enrol"
    newcomer.begin("R-20")
    assert newcomer.screen == "rate"
    asyncio.run(newcomer.panel.release())


def test_no_other_code_after_the_first_item_though_the_cell_runs_again(
    rater: Rater, study: Study, record: Record
) -> None:
    rater.answer(3, 3)
    again = Rater(study, record)
    again.done("other_code")
    assert again.screen == "rate"
    asyncio.run(again.panel.release())


def test_frozen_again_while_a_rater_is_at_work(
    rater: Rater, study: Study, record: Record, tmp_path: Path
) -> None:
    rater.answer(3, 3)
    path = tmp_path / "personas" / "studies" / "small.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("margin: 0.5", "margin: 0.4"))
    changed = Study.load("small", workspace=tmp_path)
    ConfirmStage(changed).freeze(again=True)
    words = (
        "The study was frozen again since you began. What you rated is kept as it is; reload the "
        "page to go on with the new one."
    )
    assert rater.refused("rate", item=rater.item, question="accurate", value=4) == words
    assert rater.panel.view["readOnly"] == words
    assert rater.panel.status["again"] is False
    assert len(kept_rows(record, Rating)) == 2
    keep_replies(changed, record)
    anew = Rater(changed, record)
    assert anew.screen == "consent"
    assert anew.begin().screen == "rate"
    asyncio.run(anew.panel.release())


def test_a_full_disk_is_said_and_the_answer_waits(
    rater: Rater, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RecordFull("record.db: got no room left on its disk; wanted to keep what you did.")

    with monkeypatch.context() as patched:
        patched.setattr(record, "append", full)
        item = rater.item
        event = rater.do("rate", item=item, question="accurate", value=4)
        assert rater.panel.status == {
            "state": "error",
            "event": event,
            "message": "Record.db: got no room left on its disk; wanted to keep what you did.",
            "again": True,
        }
    rater.done("rate", event, item=item, question="accurate", value=4)
    with monkeypatch.context() as patched:
        second = new_id()
        rater.do("rate", second, item=item, question="respected", value=4)
        assert second in rater.panel.acked
        patched.setattr(record, "append", full)
        rater.do("pass", item=rater.item)
        assert rater.panel.status["again"] is True


def test_an_item_that_cannot_be_kept_is_not_shown(
    rater: Rater, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is kept; the next item is not, and the page may ask for it again."""
    append = record.append

    def no_items(*rows: Any) -> Any:
        if any(isinstance(row, Item) for row in rows):
            raise RecordFull("record.db: got no room left on its disk; wanted to keep an item.")
        return append(*rows)

    with monkeypatch.context() as patched:
        patched.setattr(record, "append", no_items)
        rater.answer(4, 4)
        assert rater.screen == "unavailable"
        assert rater.panel.view["again"] is True
    rater.done("look")
    assert rater.screen == "rate"
    assert [one.value for one in kept_rows(record, Rating)] == [4, 4]


def test_raters_are_told_what_becomes_of_what_they_leave(tmp_path: Path) -> None:
    plain = Rater(study := rating_study(tmp_path / "a"), open_record(study))
    plain.done("enrol", code="R-01")
    assert plain.panel.view["consent"]["seen_by"] == "The study lead."
    plain.record.close()
    told = {
        "data": "{seen_by: Two analysts., kept_for: One month.}",
        "what_happens_next": "It is all put together.",
    }
    own = rating_study(tmp_path / "b", **told)
    with open_record(own) as record:
        keep_replies(own, record)
        rater = Rater(own, record)
        rater.done("enrol", code="R-01")
        consent = rater.panel.view["consent"]
        assert (consent["seen_by"], consent["kept_for"]) == ("Two analysts.", "One month.")
        rater.done("consent")
        rater.done("withdraw", reason="")
        assert rater.panel.view["kept_for"] == "One month."
    assert ConfirmStage(own).plan.rating.what_happens_next == "It is all put together."


def test_no_more_parts_of_one_event_than_a_page_could_mean(rater: Rater, record: Record) -> None:
    item = rater.answer(3, 3)
    rater.done("back", item=rater.item)
    parts = [{"id": new_id(), "question": "accurate", "value": 1 + n % 5} for n in range(60)]
    rater.done("correct", item=item, answers=parts)
    assert [one.value for one in kept_rows(record, Rating)] == [
        3,
        3,
        *[1 + n % 5 for n in range(50)],
    ]
