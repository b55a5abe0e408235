"""A conversation keeps every word before it acknowledges it."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from kept_rows import kept_rows
from servers import ChatServer, Say

from toolkit.endpoints import Answer, Message, OnToken, Scripted, Settings, open_endpoint
from toolkit.errors import EndpointFailed, NotNow, RecordFull
from toolkit.record import Record, Turn, history
from toolkit.session import Conversation, SentRequest, Sitting, outcome_of

Converse = Callable[..., Conversation]


class Waiting:
    """An endpoint that says a few words and then waits to be stopped."""

    name = "scripted:waiting"
    host = ""

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.speaking = asyncio.Event()
        self.closed = False

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        settings: Settings | None = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        for piece in self.pieces:
            if on_token:
                on_token(piece)
        self.speaking.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.closed = True
        raise AssertionError("never reached")

    async def close(self) -> None:
        self.closed = True


def test_say_keeps_both_turns_and_what_was_sent(converse: Converse, record: Record) -> None:
    conversation = converse()
    pieces: list[str] = []
    turn = asyncio.run(conversation.say("Where is my parcel?", on_token=pieces.append))
    kept = history(record, conversation.session.session_id)
    assert [one.speaker for one in kept.turns] == ["tester", "assistant"]
    assert kept.turns[1] == turn
    assert "".join(pieces) == turn.text
    assert turn.exchange is not None
    assert turn.exchange.outcome == "answered"
    assert [message["role"] for message in turn.exchange.messages] == ["system", "user"]
    assert turn.exchange.messages[1]["content"] == "Where is my parcel?"
    assert turn.exchange.answers == kept.turns[0].turn_id
    assert record.verify().ok


def test_the_message_is_durable_before_the_endpoint_is_asked(
    converse: Converse, record: Record
) -> None:
    seen: list[Turn] = []

    def looks_at_the_record(_: Sequence[Message]) -> str:
        seen.extend(kept_rows(record, Turn))
        return "I looked."

    conversation = converse(Scripted(looks_at_the_record))
    asyncio.run(conversation.say("Hello?"))
    assert [turn.text for turn in seen] == ["Hello?"]


def test_the_same_message_sent_again_changes_nothing(converse: Converse, record: Record) -> None:
    conversation = converse()
    first = conversation.put("Hello?", turn_id="0190aaaa-0000-7000-8000-000000000001")
    again = conversation.put("Hello?", turn_id="0190aaaa-0000-7000-8000-000000000001")
    assert first == again
    assert len(kept_rows(record, Turn)) == 1


def test_stop_keeps_what_had_arrived(converse: Converse) -> None:
    async def story() -> Turn:
        endpoint = Waiting("One ", "moment")
        conversation = converse(endpoint)
        asking = asyncio.create_task(conversation.say("Hello?"))
        await endpoint.speaking.wait()
        assert conversation.asking
        conversation.stop()
        turn = await asking
        assert endpoint.closed
        assert not conversation.asking
        return turn

    turn = asyncio.run(story())
    assert turn.text == "One moment"
    assert turn.exchange is not None
    assert turn.exchange.outcome == "stopped"
    assert turn.exchange.error == ""


def test_a_failed_answer_is_a_turn_whose_text_is_only_what_arrived(converse: Converse) -> None:
    failing = Scripted("courteous", failures=[(EndpointFailed, 3), None])
    conversation = converse(failing)
    turn = asyncio.run(conversation.say("Hello?"))
    assert turn.exchange is not None
    assert turn.exchange.outcome == "errored"
    assert "scripted:courteous: got the failure" in turn.exchange.error
    assert turn.exchange.error not in turn.text
    assert turn.exchange.attempts[0].error == "EndpointFailed"
    assert conversation.awaits_answer


def test_retry_replaces_the_failed_answer_and_keeps_both_rows(
    converse: Converse, record: Record
) -> None:
    failing = Scripted("courteous", failures=[(EndpointFailed, 3), None])
    conversation = converse(failing)
    failed = asyncio.run(conversation.say("Hello?"))
    good = asyncio.run(conversation.answer())
    assert good.supersedes == failed.turn_id
    assert [turn.turn_id for turn in conversation.turns][1:] == [good.turn_id]
    assert len(kept_rows(record, Turn)) == 3
    with pytest.raises(NotNow, match=r"^This answer is complete\. Write your next message"):
        asyncio.run(conversation.answer())


def test_a_failed_answer_is_not_sent_back_to_the_endpoint(converse: Converse) -> None:
    failing = Scripted("courteous", failures=[(EndpointFailed, 3), None])
    conversation = converse(failing)
    asyncio.run(conversation.say("First"))
    turn = asyncio.run(conversation.say("Second"))
    assert turn.exchange is not None
    assert [message["content"] for message in turn.exchange.messages][1:] == ["First", "Second"]


def test_resumes_from_the_record_alone(converse: Converse, sit: Callable[..., Sitting]) -> None:
    conversation = converse()
    turn = asyncio.run(conversation.say("Hello?"))
    conversation.rate("quick", 4, dimension="respect", turn_id=turn.turn_id)
    flag = conversation.flag(turn.turn_id, 0, 4, harm="unsure", severity=2, comment="hm")
    again = sit().conversation
    assert again is not None
    assert again.turns == conversation.turns
    assert again.ratings == conversation.ratings
    assert again.flags == (flag,)
    assert not again.awaits_answer


def test_a_message_without_an_answer_can_be_answered_after_a_restart(
    converse: Converse, sit: Callable[..., Sitting]
) -> None:
    conversation = converse()
    conversation.put("Hello?")
    again = sit().conversation
    assert again is not None
    assert again.awaits_answer
    turn = asyncio.run(again.answer())
    assert turn.supersedes is None
    assert len(again.turns) == 2


def test_a_rating_given_again_names_the_one_it_replaces(converse: Converse) -> None:
    conversation = converse()
    first = conversation.rate("accurate", 2, dimension="accuracy")
    second = conversation.rate("accurate", 4, dimension="accuracy")
    assert second.supersedes == first.rating_id
    assert conversation.ratings == (second,)


def test_an_old_rating_sent_again_does_not_undo_a_newer_one(converse: Converse) -> None:
    conversation = converse()
    first = conversation.rate("accurate", 2, dimension="accuracy", rating_id="r-1")
    second = conversation.rate("accurate", 4, dimension="accuracy", rating_id="r-2")
    assert conversation.rate("accurate", 2, dimension="accuracy", rating_id="r-1") == first
    assert conversation.ratings == (second,)


def test_rather_not_say_is_a_rating_without_a_value(converse: Converse) -> None:
    assert converse().rate("accurate", None, dimension="accuracy").value is None


def test_a_flag_stands_in_the_answer_it_names_and_in_no_message(converse: Converse) -> None:
    conversation = converse(Scripted(lambda messages: f"That is all I know, {len(messages)}."))
    asyncio.run(conversation.say("Hello?"))
    second = asyncio.run(conversation.say("And now?"))
    flag = conversation.flag(second.turn_id, 0, 4, harm="unsure", severity=3)
    assert flag.turn_id == second.turn_id
    for turn in conversation.turns:
        if turn.speaker == "tester":
            with pytest.raises(NotNow, match="not part of this conversation"):
                conversation.flag(turn.turn_id, 0, 4, harm="unsure", severity=3)


def test_a_flag_sent_again_is_kept_once(converse: Converse) -> None:
    conversation = converse()
    turn = asyncio.run(conversation.say("Hello?"))
    first = conversation.flag(turn.turn_id, 0, 4, harm="unsure", severity=3, flag_id="f-1")
    again = conversation.flag(turn.turn_id, 0, 3, harm="unsure", severity=1, flag_id="f-1")
    assert again == first
    assert conversation.flags == (first,)


def test_a_flag_counts_code_points_and_can_be_changed_and_taken_back(
    converse: Converse, record: Record
) -> None:
    conversation = converse(Scripted(lambda _: "Well 👩🏽‍🔧 done, dear"))
    turn = asyncio.run(conversation.say("Hello?"))
    start = turn.text.index("dear")
    flag = conversation.flag(turn.turn_id, start, start + 4, harm="unsure", severity=3)
    assert flag.quote == "dear"
    changed = conversation.flag(
        turn.turn_id, start, start + 4, harm="unsure", severity=5, supersedes=flag.flag_id
    )
    assert conversation.flags == (changed,)
    conversation.unflag(changed.flag_id)
    assert conversation.flags == ()
    kept = history(record, conversation.session.session_id)
    assert kept.flags == ()
    assert record.verify().ok


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (3, 2), (-1, 2), (0, 10_000)], ids=["empty", "back", "neg", "far"]
)
def test_a_flag_outside_the_answer_is_refused(converse: Converse, start: int, end: int) -> None:
    conversation = converse(Scripted(lambda _: "Short."))
    turn = asyncio.run(conversation.say("Hello?"))
    with pytest.raises(NotNow) as refusal:
        conversation.flag(turn.turn_id, start, end, harm="unsure", severity=1)
    assert str(refusal.value) == (
        f"flag: got characters {start} to {end} of an answer of 6; wanted a stretch inside it. "
        "Select the words again."
    )


def test_the_cap_on_messages_is_said_and_held(converse: Converse, record: Record) -> None:
    begun = converse()
    conversation = Conversation(
        record, begun.session, begun.endpoint, messages_cap=2, writable=lambda: None
    )
    asyncio.run(conversation.say("One"))
    assert conversation.messages_left == 1
    conversation.put("Two")
    assert conversation.messages_left == 0
    with pytest.raises(NotNow) as refusal:
        conversation.put("Three")
    assert str(refusal.value) == (
        "You have sent all 2 messages of this conversation. "
        "Press “Finish conversation” to go on to the questions."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "There is nothing to send yet. Write a message first."),
        (
            "x" * 20_001,
            "The message has 20,001 characters; at most 20,000 can be sent at once. Shorten it.",
        ),
    ],
    ids=["blank", "long"],
)
def test_a_message_that_cannot_be_sent(converse: Converse, text: str, message: str) -> None:
    with pytest.raises(NotNow) as refusal:
        converse().put(text)
    assert str(refusal.value) == message


def test_nothing_is_said_after_the_end(converse: Converse) -> None:
    conversation = converse()
    end = conversation.finish("It went well.")
    assert conversation.finish() == end
    with pytest.raises(NotNow, match=r"^This conversation is over\. Go on to the next one\.$"):
        conversation.put("Hello?")
    with pytest.raises(NotNow, match=r"^This conversation is over\. Go on to the next one\.$"):
        conversation.rate("accurate", 1, dimension="accuracy")


def test_an_answer_the_record_refused_is_written_before_anything_else(
    converse: Converse, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = converse()
    conversation.put("Hello?")
    append = record.append

    def full(*_: object) -> None:
        raise RecordFull("no room")

    monkeypatch.setattr(record, "append", full)
    with pytest.raises(RecordFull):
        asyncio.run(conversation.answer())
    assert len(kept_rows(record, Turn)) == 1
    assert len(conversation.turns) == 2
    monkeypatch.setattr(record, "append", append)
    conversation.put("Still there?")
    assert [turn.number for turn in kept_rows(record, Turn)] == [0, 1, 2]
    assert record.verify().ok


def test_thoughts_are_kept_and_neither_shown_nor_sent_back(
    converse: Converse, record: Record
) -> None:
    first = Say("<think>They sound young.</think>\n\nYes, you can.")
    second = Say("They ask again.\n</think>\n\nStill yes.")
    with ChatServer(first, second) as server:
        endpoint = open_endpoint("openai:m", base_url=server.base_url, allowed_hosts=[server.host])
        conversation = converse(endpoint)
        shown: list[str] = []

        async def twice() -> list[Turn]:
            turns = [await conversation.say("May I?", on_token=shown.append)]
            turns.append(await conversation.say("Sure?"))
            await endpoint.close()
            return turns

        turns = asyncio.run(twice())
        sent = server.seen[1].body["messages"]
    assert [turn.text for turn in turns] == ["Yes, you can.", "Still yes."]
    assert [turn.exchange.thoughts for turn in turns if turn.exchange] == [
        "They sound young.",
        "They ask again.\n",
    ]
    assert "".join(shown) == "Yes, you can."
    assert [one["content"] for one in sent[1:]] == ["May I?", "Yes, you can.", "Sure?"]
    kept = history(record, conversation.session.session_id)
    assert [turn.text for turn in kept.turns if turn.exchange] == ["Yes, you can.", "Still yes."]


ENDED = [
    ("an answer", "Yes.", "stop", False, "answered"),
    ("no word for the end", "Yes.", "", False, "answered"),
    ("nothing but blanks", " \n", "stop", False, "empty"),
    ("cut", "Yes", "length", False, "truncated"),
    ("cut before a word of it", "", "max_tokens", False, "truncated"),
    ("marked by a field", "No.", "stop", True, "refused"),
    ("marked by the word", "No.", "content_filter", False, "refused"),
    ("marked in capitals", "", "SAFETY", False, "refused"),
    ("marked in two words", "", "content_filter: SPII", False, "refused"),
    ("broken", "Yes, bu", "error", False, "errored"),
    ("a tool nobody offered", "", "tool_calls", False, "errored"),
    ("a word nobody knows", "Yes.", "quantum_decoherence", False, "errored"),
]


@pytest.mark.parametrize(
    ("text", "reason", "refused", "want"), [one[1:] for one in ENDED], ids=[one[0] for one in ENDED]
)
def test_how_an_exchange_ended(text: str, reason: str, refused: bool, want: str) -> None:
    answer = Answer(
        text=text,
        finish_reason=reason,
        refused=refused,
        model_reported="m",
        parameters={},
        usage=None,
        seconds=0.1,
        first_token_seconds=None,
    )
    assert outcome_of(answer) == want
    asked = SentRequest("t-1", (Message("user", "Hi"),), "openai:m", Settings())
    kept = asked.answered(answer)
    assert (kept.outcome, kept.finish_reason) == (want, reason)
    assert bool(kept.error) == (want == "errored")
