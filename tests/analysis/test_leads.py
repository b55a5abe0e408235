"""Leads in a fixed order, and transcripts in which every flag stands where it was set."""

import pandas as pd
import pytest
from story import Story

from toolkit.analysis import frames_of, leads, transcript
from toolkit.errors import AnalysisError


def many(story: Story) -> Story:
    """Five answers: flags of severity 3, 5 and 3, and ratings of 2, 1 and 3."""
    story.person("p", simulated=True)
    story.session("s1", "p", simulated=True)
    for number in range(6):
        story.answer("s1", f"t{number}", number, f"It is answer {number}.")
    story.flag("s1", "f-early", "t0", severity=3)
    story.flag("s1", "f-worst", "t1", severity=5, comment="Rude.")
    story.flag("s1", "f-late", "t2", severity=3)
    story.rate("s1", "r0", 1, turn="t0")
    story.rate("s1", "r3", 2, turn="t3")
    story.rate("s1", "r4", 1, turn="t4")
    story.rate("s1", "r5", 3, turn="t5")
    story.rate("s1", "r6", 1, question="accurate")
    return story


def test_flags_come_first_by_severity_and_then_the_newest(story: Story) -> None:
    found = leads(frames_of(many(story).entries))
    assert [lead.source_id for lead in found] == ["f-worst", "f-late", "f-early", "r4", "r3"]
    assert [lead.rank for lead in found] == [1, 2, 3, 4, 5]
    assert [lead.severity for lead in found] == [5, 3, 3, None, None]
    assert [lead.rating for lead in found] == [None, None, 1, 1, 2]


def test_the_order_of_rows_does_not_matter(story: Story) -> None:
    frames = frames_of(many(story).entries)
    turned = frames._replace(
        **{name: getattr(frames, name)[::-1] for name in ("turns", "ratings", "flags")}
    )
    assert leads(turned) == leads(frames)


def test_how_low_is_low_can_be_chosen(story: Story) -> None:
    frames = frames_of(many(story).entries)
    assert [lead.source_id for lead in leads(frames, low=1)][3:] == ["r4"]
    assert len(leads(frames, low=0)) == 3
    assert len(leads(frames, low=3)) == 6


def test_a_lead_carries_what_is_needed_to_play_it_again(told: Story) -> None:
    (lead, low) = leads(frames_of(told.entries))
    assert (lead.kind, lead.session_id, lead.turn_id) == ("flag", "s1", "t4")
    assert (lead.harm, lead.severity, lead.rating) == ("quality_of_service.alienation", 5, None)
    assert (lead.persona, lead.scenario, lead.simulated) == ("Ada Test", "A late parcel", False)
    assert lead.at.isoformat() == "2026-01-31T09:42:00+00:00"
    assert (low.kind, low.turn_id, low.rating, low.harm) == ("low rating", "t2", 2, "")
    assert (low.quote, low.comment) == ("It is on its way to you.", "Cold.")


def test_leads_read_as_text_and_never_as_a_rate(told: Story) -> None:
    assert str(leads(frames_of(told.entries))) == (
        "2 leads in 1 conversation. Each says: it happened. None says how often.\n\n"
        "1. Not made for me, severity 5 of 5\n"
        "    “It”\n"
        "    Ada Test in “A late parcel”\n"
        "    conversation s1\n\n"
        "2. Answer rated 2 of 5\n"
        "    “It is on its way to you.”\n"
        "    comment: Cold.\n"
        "    Ada Test in “A late parcel”\n"
        "    conversation s1"
    )


def test_simulated_leads_say_so(story: Story) -> None:
    text = str(leads(frames_of(many(story).entries)))
    assert text.startswith("5 leads in 1 conversation, by simulated participants. ")
    assert "%" not in text


def test_the_first_few_are_leads_too(story: Story) -> None:
    found = leads(frames_of(many(story).entries))
    assert [lead.rank for lead in found.top(2)] == [1, 2]
    assert str(found.top(1)).startswith("1 lead in 1 conversation, by simulated participants. ")


def test_leads_as_a_frame(story: Story) -> None:
    frame = leads(frames_of(many(story).entries)).frame
    assert list(frame["severity"].dropna()) == [5, 3, 3]
    assert frame["severity"].dtype == pd.Int64Dtype()
    assert frame["kind"].value_counts().to_dict() == {"flag": 3, "low rating": 2}


def test_no_lead_is_said_plainly(story: Story) -> None:
    found = leads(frames_of(story.entries))
    assert str(found) == "No lead yet: no words are flagged and no answer is rated low."
    assert found.session_ids == ()
    assert len(found.frame) == 0


def test_a_retracted_flag_is_no_lead(story: Story) -> None:
    story.person("p")
    story.session("s", "p")
    story.answer("s", "t", 0)
    story.flag("s", "f", "t")
    story.flag("s", "g", "t", supersedes="f", retracted=True)
    assert leads(frames_of(story.entries)) == ()


def test_confirm_rows_are_refused(story: Story) -> None:
    story.person("p")
    story.session("s", "p", stage="confirm")
    story.answer("s", "t", 0)
    story.flag("s", "f", "t")
    with pytest.raises(AnalysisError, match="wanted stage 'explore' alone"):
        leads(frames_of(story.entries))


def test_a_transcript_marks_the_flags_where_they_stand(told: Story) -> None:
    told.flag(
        "s1", "f5", "t4", start=7, end=23, quote="like you are nev", harm="unsure", severity=1
    )
    assert transcript(frames_of(told.entries), "s1").text == (
        "Conversation s1, finished\n"
        "    situation: A late parcel\n"
        "    played as: Ada Test\n"
        "    endpoint:  scripted:courteous\n"
        "\n"
        "[0] tester\n"
        "    Where is it?\n"
        "\n"
        "[1] assistant, stopped, replaced by a retry\n"
        "    It is\n"
        "\n"
        "[2] assistant, answered, rated 2 of 5\n"
        "    It is on its way to you.\n"
        "\n"
        "[3] tester\n"
        "    Why?\n"
        "\n"
        "[4] assistant, truncated\n"
        "    ⟦1 People ⟦2 like you 1⟧ are nev 2⟧er patient.\n"
        "    ⟦1⟧ Not made for me, severity 5 of 5\n"
        "    ⟦2⟧ Not sure, severity 1 of 5\n"
        "\n"
        "After the conversation\n"
        "    Accuracy 3 of 5\n"
        "    Respect declined"
    )


def test_a_transcript_tells_refusals_and_errors(told: Story) -> None:
    text = transcript(frames_of(told.entries), "s3").text
    assert "played as: Ben by a simulated participant" in text
    assert "[1] assistant, refused\n    I cannot help." in text
    assert "[3] assistant, empty\n\n" in text
    assert text.endswith("[5] assistant, errored\n    error: no answer in time")


def test_a_transcript_hides_nothing_and_runs_nothing(story: Story) -> None:
    story.person("p")
    story.session("s", "p")
    hostile = "\x1b[31mred\x1b[0m \u202eback\u202c a\u200bb \x07 ⟦9 forged 9⟧ <img onerror=x>\nnext"
    story.answer("s", "t", 0, hostile)
    story.flag("s", "f", "t", comment="\u2066hidden")
    text = transcript(frames_of(story.entries), "s").text
    assert (
        "⟦1 <U+001B>[ 1⟧31mred<U+001B>[0m <U+202E>back<U+202C> a<U+200B>b <U+0007> <U+27E6>9 forged"
    ) in text
    assert "9<U+27E7> <img onerror=x>\n    next" in text
    assert "<U+2066>hidden" in text
    assert not {sign for sign in text if ord(sign) < 32} - {"\n"}


def test_long_lines_are_broken(story: Story) -> None:
    story.person("p")
    story.session("s", "p")
    story.answer("s", "t", 0, "word " * 80 + "x" * 300)
    lines = transcript(frames_of(story.entries), "s").text.splitlines()
    assert max(map(len, lines)) <= 96
    assert sum(line.count("x") for line in lines[5:]) == 300


def test_an_unknown_conversation_is_refused(told: Story) -> None:
    told.withdraw("p-one")
    with pytest.raises(AnalysisError) as refused:
        transcript(frames_of(told.entries), "s1")
    assert str(refused.value) == (
        "transcript: got session 's1'; wanted one of the 1 conversations in these frames. Take an "
        "id from frames.sessions; whoever withdrew is not among them."
    )
