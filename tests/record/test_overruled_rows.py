"""Which rows stand: the one rule that conversations, raters' work and frames share."""

import pytest

from toolkit.record import Choice, Flag, Guess, Passed, Rating, Turn, overruled


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


def flagged(
    name: str, earlier: str | None = None, *, retracted: bool = False, session: str = "s-1"
):
    return Flag(
        flag_id=name,
        session_id=session,
        turn_id="t-1",
        start=0,
        end=1,
        quote="x",
        harm="unsure",
        severity=1,
        supersedes=earlier,
        retracted=retracted,
    )


def chosen(name: str, item: str = "i-1", session: str = "s-1"):
    return Choice(choice_id=name, session_id=session, item_id=item, preferred="left")


def guessed(name: str, session: str = "s-1"):
    return Guess(guess_id=name, session_id=session, item_id="i-1", options=(), guessed=None)


def passed(name: str, item: str = "i-1", session: str = "s-1"):
    return Passed(passed_id=name, session_id=session, item_id=item)


def said(name: str, earlier: str | None = None, session: str = "s-1"):
    return Turn(
        turn_id=name,
        session_id=session,
        number=0,
        speaker="assistant",
        text="Hello",
        supersedes=earlier,
    )


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


OTHERS = [
    ("somebody else replaces a flag", [flagged("a"), flagged("z", "a", session="s-2")], {}),
    (
        "somebody else takes a flag back",
        [flagged("a"), flagged("z", "a", retracted=True, session="s-2")],
        {"z": "retraction"},
    ),
    (
        "somebody else takes a taking back back",
        [flagged("a"), flagged("b", "a", retracted=True), flagged("z", "b", session="s-2")],
        {"a": "retracted", "b": "retraction"},
    ),
    ("somebody else replaces an answer", [said("a"), said("z", "a", session="s-2")], {}),
    ("a flag replaces an answer", [said("a"), flagged("z", "a")], {}),
    ("an answer replaces a flag", [flagged("a"), said("z", "a")], {}),
    ("a flag replaces a rating", [rated("a"), flagged("z", "a")], {}),
    (
        "a flag takes a choice back",
        [chosen("a"), flagged("z", "a", retracted=True)],
        {"z": "retraction"},
    ),
    (
        "somebody else rates the item",
        [rated("a", item="i-1"), rated("z", item="i-1", session="s-2")],
        {},
    ),
    ("somebody else passes the item", [rated("a", item="i-1"), passed("z", session="s-2")], {}),
    ("somebody else chooses", [chosen("a"), chosen("z", session="s-2")], {}),
    ("somebody else passes what was chosen", [chosen("a"), passed("z", session="s-2")], {}),
    ("somebody else guesses", [guessed("a"), guessed("z", session="s-2")], {}),
    ("a flag replaces itself", [flagged("a", "a")], {}),
    ("a flag replaces one that is yet to come", [flagged("z", "a"), flagged("a")], {}),
    ("an answer takes its own place", [said("a", "a")], {}),
]


@pytest.mark.parametrize(("reason", "rows", "fates"), OTHERS, ids=[one[0] for one in OTHERS])
def test_a_row_acts_on_its_own_session_and_kind_alone(reason, rows, fates):
    assert overruled(rows) == fates
