"""A rater gets one blind item after another and stands where the record says they stand."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from kept_rows import kept_rows
from rating_world import RatingWorld, judge, judge_all
from small_replies import keep_replies

from toolkit.canon import new_id, now
from toolkit.errors import NotEnrolled, NotNow, OpenElsewhere, Withdrawn
from toolkit.record import Choice, Consent, Item, Passed, Rating, SessionEnd, Withdrawal
from toolkit.session import RatingQueue

MakeWorld = Callable[..., RatingWorld]


@pytest.fixture
def world(rating_world: MakeWorld) -> RatingWorld:
    made = rating_world()
    keep_replies(made.stage, made.record)
    return made


@pytest.fixture
def pairs(rating_world: MakeWorld) -> RatingWorld:
    made = rating_world(form="pair")
    keep_replies(made.stage, made.record)
    return made


def test_from_the_code_to_the_end(world: RatingWorld) -> None:
    queue = RatingQueue(world.study, world.record)
    assert queue.stage == "enrol"
    queue.enrol("R-01")
    assert queue.stage == "consent"
    assert queue.current is None
    queue.consent()
    seen = judge_all(queue)
    assert [one.position for one in seen] == [1, 2, 3, 4, 5]
    assert {one.of for one in seen} == {5}
    assert queue.stage == "guess"
    for asked in queue.guesses:
        queue.guess(asked.item_id, None)
    assert queue.stage == "done"
    assert [end.reason for end in kept_rows(world.record, SessionEnd)] == ["finished"]
    assert [row.study_hash for row in world.record.rows(Consent)] == [world.stage.hash]
    assert world.record.verify().ok


def test_a_repeat_that_has_to_wait_is_counted_all_along(world: RatingWorld) -> None:
    for name in ("R-1", "R-2", "R-3"):
        queue = world.queue(name)
        told = []
        while queue.stage == "rate":
            judge(queue)
            told.append(queue.progress)
        assert told == [(done, 5) for done in range(1, 6)]


def test_a_rater_meets_each_contrast_once_and_then_a_repeat(world: RatingWorld) -> None:
    queue = world.queue()
    judge_all(queue)
    rows = kept_rows(world.record, Item)
    assert sorted(row.purpose for row in rows) == [
        "attention",
        "rating",
        "rating",
        "rating",
        "repeat",
    ]
    assert [row.position for row in rows] == [0, 1, 2, 3, 4]
    again = next(row for row in rows if row.purpose == "repeat")
    first = next(row for row in rows if row.item_id == again.repeats)
    assert (again.shown, again.unit_ids) == (first.shown, first.unit_ids)
    assert again.item_id != first.item_id
    attention = next(row for row in rows if row.purpose == "attention")
    assert (attention.expected, attention.unit_ids, attention.form) == (2, (), "single")


def test_what_is_shown_tells_neither_arm_nor_persona_nor_endpoint(world: RatingWorld) -> None:
    secrets = {"reference", "swap", "resample", "paraphrase", "courteous", world.stage.hash}
    secrets |= {name for contrast in world.stage.contrasts for name in contrast.personas}
    secrets |= {unit.unit_id for unit in world.stage.units}
    for number in range(6):
        for shown in judge_all(world.queue(f"R-{number}")):
            assert [word for word in secrets if word in repr(shown)] == []


def test_ids_are_random_for_each_rater(world: RatingWorld) -> None:
    for number in range(3):
        judge_all(world.queue(f"R-{number}"))
    ids = [row.item_id for row in kept_rows(world.record, Item)]
    assert len(set(ids)) == len(ids) == 15
    assert not {unit.unit_id for unit in world.stage.units} & set(ids)


def test_an_item_is_in_the_record_before_it_is_seen(world: RatingWorld) -> None:
    queue = world.queue()
    assert kept_rows(world.record, Item) == []
    shown = queue.current
    assert shown is not None
    (row,) = kept_rows(world.record, Item)
    assert row.item_id == shown.item_id
    assert row.shown["title"] == shown.title
    assert tuple(row.shown["prompt"]) == shown.prompt
    assert tuple(row.shown["replies"]) == shown.replies
    assert queue.current == shown
    assert len(kept_rows(world.record, Item)) == 1


def test_coming_back_leads_to_the_same_item_and_answers(world: RatingWorld) -> None:
    first = world.queue()
    judge(first)
    shown = first.current
    assert shown is not None
    first.rate(shown.item_id, "accurate", 4)
    first.close()
    again = world.queue().current
    assert again is not None
    assert (again.item_id, again.answers) == (shown.item_id, {"accurate": 4})
    assert len(kept_rows(world.record, Item)) == 2


def test_opened_again_here_the_first_one_may_only_read(world: RatingWorld) -> None:
    lost: list[str] = []
    first = world.queue(on_lost=lambda: lost.append("first"))
    shown = first.current
    assert shown is not None
    world.queue()
    with pytest.raises(OpenElsewhere) as refusal:
        first.rate(shown.item_id, "accurate", 4)
    assert str(refusal.value) == first.read_only
    assert first.read_only == (
        "This rating was opened again in another place of this notebook, and goes on there. "
        "Nothing you did here is lost."
    )
    assert lost == ["first"]
    assert first.current == shown


def test_a_queue_that_was_closed_writes_nothing_more(world: RatingWorld) -> None:
    queue = world.queue()
    shown = queue.current
    assert shown is not None
    queue.close()
    queue.close()
    with pytest.raises(OpenElsewhere) as refusal:
        queue.rate(shown.item_id, "accurate", 4)
    assert str(refusal.value) == ("This rating was closed here. Reload the page to go on with it.")
    queue.enrol("R-01")
    assert queue.current == shown
    queue.rate(shown.item_id, "accurate", 4)


def test_another_code_in_the_same_queue_is_another_rater(world: RatingWorld) -> None:
    queue = world.queue()
    shown = queue.current
    queue.enrol("R-02")
    assert queue.stage == "consent"
    assert queue.current is None
    queue.consent()
    assert queue.current != shown
    assert world.seat(queue).seat == 1


def test_in_another_process_a_rater_may_only_read(world: RatingWorld) -> None:
    shown = world.queue().current
    script = (
        "import sys\n"
        "from toolkit.design import Study\n"
        "from toolkit.record import open_record\n"
        "from toolkit.session import RatingQueue\n"
        "study = Study.load('small', workspace=sys.argv[1])\n"
        "with open_record(study) as record:\n"
        "    queue = RatingQueue(study, record)\n"
        "    queue.enrol('R-01')\n"
        "    sys.stdout.write(f'{queue.stage}|{queue.current.item_id}|{queue.read_only}')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, world.study.workspace],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown is not None
    stage, item_id, why = told.split("|")
    assert (stage, item_id) == ("rate", shown.item_id)
    assert why.startswith("lease: p-")
    assert why.endswith(
        ".rating is at work in another window or notebook; wanted to be the only one writing. Go "
        "on there, or close it and open this one again; here you can only read."
    )


def test_an_answer_sent_twice_is_kept_once(world: RatingWorld) -> None:
    queue = world.queue()
    shown = queue.current
    assert shown is not None
    rating_id = new_id()
    kept = queue.rate(shown.item_id, "accurate", 4, rating_id=rating_id)
    assert queue.rate(shown.item_id, "accurate", 4, rating_id=rating_id) == kept
    again = world.queue()
    assert again.rate(shown.item_id, "accurate", 4, rating_id=rating_id) == kept
    assert kept_rows(world.record, Rating) == [kept]
    assert (kept.turn_id, kept.item_id, kept.dimension) == (None, shown.item_id, "accuracy")


def test_an_answer_to_an_earlier_item_that_arrives_late_is_kept(world: RatingWorld) -> None:
    queue = world.queue()
    first = judge(queue)
    second = queue.current
    assert second is not None
    late = queue.rate(first.item_id, "accurate", 1)
    assert late.supersedes is not None
    assert queue.current == second


def test_stepping_back_undoes_nothing_and_a_new_answer_names_the_old(world: RatingWorld) -> None:
    queue = world.queue()
    first = judge(queue, value=2)
    second = queue.current
    assert second is not None
    back = queue.back()
    assert (back.item_id, back.answers) == (first.item_id, {"accurate": 2, "respected": 2})
    assert queue.current == back
    new = queue.rate(first.item_id, "accurate", 5)
    assert queue.current is not None
    assert queue.current.item_id == first.item_id
    queue.rate(first.item_id, "respected", None)
    assert queue.current == second
    kept = kept_rows(world.record, Rating)
    assert [(row.question, row.value) for row in kept] == [
        ("accurate", 2),
        ("respected", 2),
        ("accurate", 5),
        ("respected", None),
    ]
    assert new.supersedes == kept[0].rating_id
    assert kept[3].supersedes == kept[1].rating_id


def test_stepping_forward_leaves_everything_as_it_is(world: RatingWorld) -> None:
    queue = world.queue()
    judge(queue)
    judge(queue)
    third = queue.current
    queue.back()
    queue.back()
    queue.forward()
    assert queue.current == third
    assert len(kept_rows(world.record, Rating)) == 4


def test_there_is_nothing_before_the_first_item(world: RatingWorld) -> None:
    with pytest.raises(NotNow) as refusal:
        world.queue().back()
    assert str(refusal.value) == "There is nothing before this one. Go on with what is shown."


def test_an_item_passed_over_has_no_rating_until_it_is_judged_after_all(
    world: RatingWorld,
) -> None:
    queue = world.queue()
    shown = queue.current
    assert shown is not None
    queue.rate(shown.item_id, "accurate", 4)
    passed = queue.pass_item(shown.item_id, "I cannot tell.", passed_id="my-own-id")
    assert queue.pass_item(shown.item_id, passed_id="my-own-id") == passed
    assert queue.progress.done == 1
    back = queue.back()
    assert (back.passed, back.answers) == (True, {})
    judge(queue)
    assert queue.back().passed is False
    assert len(kept_rows(world.record, Passed)) == 1


def test_a_pair_is_chosen_and_chosen_again(pairs: RatingWorld) -> None:
    queue = pairs.queue()
    shown = queue.current
    assert shown is not None
    assert (shown.form, len(shown.replies), shown.questions) == ("pair", 2, ())
    first = queue.choose(shown.item_id, "left", why="Warmer.")
    back = queue.back()
    assert (back.preferred, back.why) == ("left", "Warmer.")
    second = queue.choose(shown.item_id, "neither", choice_id="my-own-id")
    assert queue.choose(shown.item_id, "neither", choice_id="my-own-id") == second
    assert second.supersedes == first.choice_id
    assert len(kept_rows(pairs.record, Choice)) == 2


def test_both_prompts_of_a_pair_are_shown_in_the_references_words(pairs: RatingWorld) -> None:
    """A paraphrase shown in its own words would tell the arm."""
    prompts: dict[str, set[str]] = {}
    for number in range(6):
        for shown in judge_all(pairs.queue(f"R-{number}")):
            if shown.form == "pair":
                prompts.setdefault(shown.title, set()).add(repr(shown.prompt))
    arms = {
        unit.arm.kind
        for unit in pairs.stage.units
        for row in kept_rows(pairs.record, Item)
        if unit.unit_id in row.unit_ids
    }
    assert arms == {"reference", "swap", "paraphrase", "resample"}
    assert {title: len(texts) for title, texts in prompts.items()} == dict.fromkeys(prompts, 1)


def test_whoever_meets_every_arm_reads_the_references_words(rating_world: MakeWorld) -> None:
    world = rating_world(replicates=4, matched=True, items_per_rater=12, raters=4)
    keep_replies(world.stage, world.record)
    queue = world.queue()
    seen = judge_all(queue)
    rows = [row for row in kept_rows(world.record, Item) if row.purpose == "rating"]
    kinds = {unit.unit_id: unit.arm.kind for unit in world.stage.units}
    assert {kinds[row.unit_ids[0]] for row in rows} == set(kinds.values())
    prompts: dict[str, set[str]] = {}
    for row in rows:
        shown = next(one for one in seen if one.item_id == row.item_id)
        prompts.setdefault(shown.title, set()).add(repr(shown.prompt))
    assert len(prompts) == 2
    assert {title: len(texts) for title, texts in prompts.items()} == dict.fromkeys(prompts, 1)


def test_a_check_on_reading_stands_under_a_heading_like_any_other(world: RatingWorld) -> None:
    headings: dict[str, set[tuple[str, str]]] = {}
    for number in range(8):
        queue = world.queue(f"R-{number}")
        for shown in judge_all(queue):
            row = next(one for one in kept_rows(world.record, Item) if one.item_id == shown.item_id)
            headings.setdefault(row.purpose, set()).add((shown.title, shown.situation))
    assert len(headings["attention"]) > 1
    assert headings["attention"] <= headings["rating"]


def test_a_cue_that_may_be_shown_is_shown(rating_world: MakeWorld) -> None:
    world = rating_world(show_cue=True, form="pair")
    keep_replies(world.stage, world.record, says=lambda unit: f"Dear {unit.arm.persona_id}")
    queue = world.queue()
    seen = [one for one in judge_all(queue) if one.form == "pair"]
    assert all("‹" not in repr(one) for one in seen)
    assert all(reply.startswith("Dear ") for one in seen for reply in one.replies)
    assert any("A: Hello, this is" in one.prompt[0]["text"] for one in seen) or any(
        one.prompt[0]["text"].startswith(("Hello, this is Ada Test", "I am Ada", "Write one line"))
        for one in seen
    )
    assert queue.stage == "done"
    assert queue.guesses == ()
    assert world.seat(queue).show_cue


def test_what_may_not_be_answered(world: RatingWorld, pairs: RatingWorld) -> None:
    queue = world.queue()
    shown = queue.current
    assert shown is not None
    with pytest.raises(NotNow) as refusal:
        queue.rate(shown.item_id, "funny", 3)
    assert str(refusal.value) == (
        "rating: got question 'funny'; wanted one of accurate, respected. Reload the page and "
        "answer again."
    )
    with pytest.raises(NotNow) as refusal:
        queue.rate(shown.item_id, "accurate", 6)
    assert str(refusal.value) == "rating: got 6; wanted 1 to 5. Choose one of the five."
    for wrong in (
        lambda: queue.rate("nowhere", "accurate", 3),
        lambda: queue.choose(shown.item_id, "left"),
        lambda: queue.pass_item("nowhere"),
    ):
        with pytest.raises(NotNow) as refusal:
            wrong()
        assert str(refusal.value) == (
            "This item is not one of yours. Reload the page and try again."
        )
    assert kept_rows(world.record, Rating) == []


def test_steps_before_enrolment_and_consent_are_refused(world: RatingWorld) -> None:
    queue = RatingQueue(world.study, world.record)
    with pytest.raises(NotEnrolled, match=r"^Nobody is enrolled here yet\. Enter your code first"):
        queue.withdraw()
    queue.enrol("R-01")
    with pytest.raises(NotNow) as refusal:
        queue.rate("any", "accurate", 3)
    assert str(refusal.value) == ("Nothing is due right now. Reload the page to see where you are.")


def test_raters_agree_to_the_text_written_for_them(rating_world: MakeWorld) -> None:
    consent = "{title: Rating, text: You read answers of a machine., content_note: Some are rude.}"
    world = rating_world(consent=consent)
    queue = world.queue()
    assert queue.consent_form.text == "You read answers of a machine."
    (row,) = world.record.rows(Consent)
    assert (row.consent_text, row.content_note) == (
        "You read answers of a machine.",
        "Some are rude.",
    )


def test_enough_for_today(rating_world: MakeWorld) -> None:
    world = rating_world(items_per_sitting=2)
    keep_replies(world.stage, world.record)
    queue = world.queue()
    judge(queue)
    judge(queue)
    assert queue.stage == "rest"
    assert queue.current is None
    queue.back()
    assert queue.stage == "rate"
    queue.forward()
    tomorrow = world.queue(clock=lambda: now() + timedelta(hours=20))
    assert tomorrow.stage == "rate"
    assert world.queue(clock=lambda: now() + timedelta(hours=7)).stage == "rest"


def test_withdrawing_ends_everything(world: RatingWorld) -> None:
    queue = world.queue()
    shown = judge(queue)
    queue.withdraw("No time.")
    queue.withdraw("Again.")
    assert queue.stage == "withdrawn"
    assert queue.current is None
    with pytest.raises(Withdrawn, match=r"^You have withdrawn from this study; nothing more is"):
        queue.rate(shown.item_id, "accurate", 1)
    assert [row.reason for row in kept_rows(world.record, Withdrawal)] == ["No time."]
    assert [row.reason for row in kept_rows(world.record, SessionEnd)] == ["withdrawn"]
    assert world.queue().stage == "withdrawn"


def test_guesses_are_asked_about_references_and_swaps_after_the_last_item(
    world: RatingWorld,
) -> None:
    queue = world.queue()
    assert queue.guesses == ()
    judge_all(queue)
    arms = {unit.unit_id: unit.arm for unit in world.stage.units}
    rows = {row.item_id: row for row in kept_rows(world.record, Item)}
    asked = queue.guesses
    assert asked == world.queue().guesses
    nouns = {"young woman", "older man", "blind person", "night worker"}
    for one in asked:
        assert arms[rows[one.item_id].unit_ids[0]].kind in ("reference", "swap")
        assert set(one.options) == nouns
        assert (one.answered, one.option, one.letter) == (False, None, "")


def test_a_guess_is_kept_with_what_was_on_offer(world: RatingWorld) -> None:
    code = next(
        code
        for code in (f"R-{number}" for number in range(6))
        if judge_all(world.queue(code)) and len(world.queue(code).guesses) > 1
    )
    queue = world.queue(code)
    asked = queue.guesses[0]
    first = queue.guess(asked.item_id, 2, guess_id="my-own-id")
    assert queue.guess(asked.item_id, 2, guess_id="my-own-id") == first
    assert first.guessed == first.options[2]
    noun = world.study.persona(first.options[2]).cues.noun
    assert noun == asked.options[2]
    second = queue.guess(asked.item_id, None)
    assert (second.guessed, second.supersedes) == (None, first.guess_id)
    assert queue.guesses[0].answered
    with pytest.raises(NotNow) as refusal:
        queue.guess(asked.item_id, 4)
    assert str(refusal.value) == "guess: got option 4; wanted 0 to 3. Choose one of them."
    with pytest.raises(NotNow) as refusal:
        queue.guess("nowhere", 1)
    assert str(refusal.value) == (
        "Nothing is asked about this item. Reload the page and try again."
    )


def test_after_the_end_nothing_more_is_kept(world: RatingWorld) -> None:
    queue = world.queue()
    shown = judge_all(queue)[0]
    for asked in queue.guesses:
        queue.guess(asked.item_id, 0)
    with pytest.raises(NotNow, match=r"^Your rating is over; nothing more is asked\. Thank you\.$"):
        queue.rate(shown.item_id, "accurate", 1)
    with pytest.raises(NotNow, match=r"^There is nothing before this one"):
        queue.back()


def test_a_guess_about_a_pair_says_which_reply_is_meant(pairs: RatingWorld) -> None:
    arms = {unit.unit_id: unit.arm for unit in pairs.stage.units}
    letters = set()
    for number in range(6):
        queue = pairs.queue(f"R-{number}")
        judge_all(queue)
        rows = {row.item_id: row for row in kept_rows(pairs.record, Item)}
        for one in queue.guesses:
            place = "AB".index(one.letter)
            row = rows[one.item_id]
            assert arms[row.unit_ids[place]].kind == "swap"
            assert one.reply == row.shown["replies"][place]
            letters.add(one.letter)
    assert letters == {"A", "B"}


def test_raters_may_have_questions_of_their_own(rating_world: MakeWorld) -> None:
    ask = '"Was the writer respected?"'
    asked = f"[{{id: respected, dimension: respect, ask: {ask}, low: Never, high: Always}}]"
    made = rating_world(questions=asked)
    keep_replies(made.stage, made.record)
    assert [one.id for one in made.stage.questions] == ["respected"]
    shown = judge(made.queue(), value=4)
    assert [(one.id, one.ask) for one in shown.questions] == [
        ("respected", "Was the writer respected?")
    ]
    assert [(row.question, row.value) for row in kept_rows(made.record, Rating)] == [
        ("respected", 4)
    ]
