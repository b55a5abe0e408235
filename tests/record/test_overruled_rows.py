"""Which rows stand: the one rule that conversations, raters' work and frames share."""

from toolkit.record import Choice, Flag, Guess, Passed, Rating, overruled


def rated(name: str, *, question: str = "fair", item: str | None = None, session: str = "s-1"):
    return Rating(
        rating_id=name,
        session_id=session,
        turn_id=None if item else "t-1",
        question=question,
        dimension="fairness",
        value=3,
        item_id=item,
    )


def flagged(name: str, earlier: str | None = None, *, retracted: bool = False):
    return Flag(
        flag_id=name,
        session_id="s-1",
        turn_id="t-1",
        start=0,
        end=1,
        quote="x",
        harm="unsure",
        severity=1,
        supersedes=earlier,
        retracted=retracted,
    )


def chosen(name: str, item: str = "i-1"):
    return Choice(choice_id=name, session_id="s-1", item_id=item, preferred="left")


def guessed(name: str):
    return Guess(guess_id=name, session_id="s-1", item_id="i-1", options=(), guessed=None)


def passed(name: str, item: str = "i-1"):
    return Passed(passed_id=name, session_id="s-1", item_id=item)


def test_the_latest_answer_to_a_question_stands():
    rows = [rated("a"), rated("b", question="kind"), rated("c"), rated("d", session="s-2")]
    assert overruled(rows) == {"a": "superseded"}


def test_an_answer_about_an_item_and_one_about_a_turn_are_two():
    assert overruled([rated("a"), rated("b", item="i-1"), rated("c", item="i-2")]) == {}


def test_passing_an_item_over_leaves_no_answer_until_another_is_given():
    rows = [rated("a", item="i-1"), chosen("b"), guessed("c"), passed("p"), chosen("d", "i-2")]
    assert overruled(rows) == {"a": "superseded", "b": "superseded"}
    assert overruled([*rows, rated("e", item="i-1")]) == {"a": "superseded", "b": "superseded"}


def test_a_later_choice_or_guess_takes_the_place_of_the_one_before():
    rows = [chosen("a"), guessed("b"), chosen("c"), guessed("d")]
    assert overruled(rows) == {"a": "superseded", "b": "superseded"}


def test_a_flag_is_replaced_or_taken_back_and_the_taking_back_is_none():
    rows = [flagged("a"), flagged("b", "a"), flagged("c", "b", retracted=True)]
    assert overruled(rows) == {"a": "superseded", "b": "retracted", "c": "retraction"}
    again = [flagged("a"), flagged("b", "a", retracted=True), flagged("c", "b")]
    assert overruled(again) == {"a": "retracted", "b": "retraction"}
