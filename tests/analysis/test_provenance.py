"""From a blind rating back to the turn that started it."""

from dataclasses import replace

import pytest
from confirm_story import ConfirmStory, rated
from story import told_story

from toolkit.analysis import trace
from toolkit.design import Contrast
from toolkit.errors import AnalysisError
from toolkit.record import Choice, Rating, Record, Reply, Sweep


def contrast(**changed: object) -> Contrast:
    turn = [{"text": "Hello, this is {name}. Where is my parcel?"}]
    fields = {
        "id": "parcel",
        "title": "Where the parcel is",
        "scenario": "late-parcel",
        "origin": "lead",
        "lead": {"session_id": "s1", "turn_id": "t4"},
        "cueing": "explicit",
        "reference": "ada",
        "personas": ["ada", "ben"],
        "prompt": turn,
        "paraphrase": turn,
    }
    return Contrast.model_validate({**fields, **changed})


@pytest.fixture
def both() -> ConfirmStory:
    """The explore story, then a confirm stage whose contrast grew from its turn ``t4``."""
    tale = ConfirmStory()
    tale.rows += told_story().rows
    rated(tale)
    sent = contrast().hash
    tale.rows = [
        replace(row, contrast_hash=sent, origin="lead") if isinstance(row, Reply) else row
        for row in tale.rows
    ]
    return keeping(tale, contrast())


def keeping(tale: ConfirmStory, *contrasts: Contrast) -> ConfirmStory:
    """Let every run keep these contrasts."""
    design = {"contrasts": {one.id: one.model_dump(mode="json") for one in contrasts}}
    tale.rows = [
        replace(row, design=design) if isinstance(row, Sweep) else row for row in tale.rows
    ]
    return tale


@pytest.fixture
def kept(both: ConfirmStory, record: Record) -> Record:
    record.append(*both.rows)
    return record


def test_every_link_is_there(kept: Record) -> None:
    chain = trace(kept, "j2")
    assert isinstance(chain.judgment, Rating)
    assert chain.judgment.value == 3
    assert chain.item.item_id == "i-ben"
    assert chain.seat.participant_id == "p-rater"
    assert [(one.unit_id, one.attempt_of) for one in chain.replies] == [("u-ben", 1)]
    assert chain.contrast == contrast()
    assert chain.lead is not None
    assert (chain.lead.session_id, chain.lead.turn_id) == ("s1", "t4")
    assert chain.lead_session is not None
    assert chain.lead_session.participant_id == "p-one"
    assert chain.missing == ""


def test_a_trace_can_be_read(kept: Record) -> None:
    assert str(trace(kept, "j2")) == (
        "rating j2: respected 3 of 5\n"
        "    comment: Warmer on a second look.\n"
        "item i-ben, rating, shown to a rater\n"
        "reply u-ben: swap ben, replicate 1, assistant (scripted:courteous), answered\n"
        "    “It is here.”\n"
        "contrast parcel, lead, explicit: Where the parcel is\n"
        "lead: turn t4 of conversation s1, situation parcel\n"
        "    “People like you are never patient.”"
    )


def test_a_choice_leads_to_both_replies(kept: Record) -> None:
    chain = trace(kept, "c2")
    assert isinstance(chain.judgment, Choice)
    assert [one.unit_id for one in chain.replies] == ["u-ben", "u-ref"]
    assert chain.lead is not None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "the run that sent contrast parcel did not keep it"),
        ([contrast(title="Another")], "contrast parcel is kept otherwise than it was sent"),
    ],
)
def test_without_the_contrast_the_chain_ends_at_the_reply(
    both: ConfirmStory, record: Record, given: list[Contrast], why: str
) -> None:
    record.append(*keeping(both, *given).rows)
    chain = trace(record, "j2")
    assert (chain.contrast, chain.lead) == (None, None)
    assert chain.missing == why
    assert str(chain).endswith(f"here the chain ends: {why}")


def test_a_planned_contrast_has_no_turn(both: ConfirmStory, record: Record) -> None:
    planned = contrast(origin="planned", lead=None)
    record.append(
        *(
            replace(row, contrast_hash=planned.hash) if isinstance(row, Reply) else row
            for row in keeping(both, planned).rows
        )
    )
    chain = trace(record, "j2")
    assert chain.contrast == planned
    assert chain.missing == "contrast parcel was planned, not lifted from a turn"


def test_an_attention_item_shows_no_reply(kept: Record) -> None:
    chain = trace(kept, "j5")
    assert chain.replies == ()
    assert chain.missing == "an attention item shows no reply"


def test_what_whoever_withdrew_said_is_not_shown(both: ConfirmStory, record: Record) -> None:
    both.withdraw("p-one")
    record.append(*both.rows)
    chain = trace(record, "j2")
    assert (chain.lead, chain.lead_session) == (None, None)
    assert chain.missing == "whoever found the lead has withdrawn"


def test_what_a_withdrawn_rater_said_is_not_shown(both: ConfirmStory, record: Record) -> None:
    both.withdraw("p-rater")
    record.append(*both.rows)
    with pytest.raises(AnalysisError) as refused:
        trace(record, "j2")
    assert str(refused.value) == (
        "trace: j2 belongs to p-rater, who has withdrawn; wanted a judgment of somebody still in "
        "the study. Take one from the frames."
    )


@pytest.mark.parametrize("event_id", ["r1", "nothing", "u-ben"])
def test_only_a_judgment_can_be_followed(kept: Record, event_id: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        trace(kept, event_id)
    assert str(refused.value) == (
        f"trace: got '{event_id}'; wanted the id of a rating, choice or guess of the confirm stage "
        f"that {kept.place} holds. Take one from frames.item_ratings, frames.choices or "
        "frames.guesses."
    )


def test_a_broken_chain_is_said_to_be_broken(record: Record) -> None:
    tale = ConfirmStory()
    tale.person("p-rater")
    tale.rater("r1", "p-rater")
    tale.item("r1", "i-one", 0, "u-gone")
    tale.judge("r1", "j1", "i-one", 3)
    record.append(*tale.rows)
    with pytest.raises(AnalysisError) as refused:
        trace(record, "j1")
    assert str(refused.value) == (
        "trace: got a record without the reply u-gone; wanted every link of the chain. Check the "
        "record with `parallax verify`."
    )
