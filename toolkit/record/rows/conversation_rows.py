"""Rows of people and conversations: who takes part, what was said, what was judged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from toolkit.canon import new_id
from toolkit.record.rows.exchange import Exchange, lean_exchange, refer, refers, resolve
from toolkit.record.rows.row import Row, Words

EnrolledBy = Literal["code", "hub", "launcher", "simulation"]
"""Who gave a participant's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant(Row):
    """A person behind a pseudonym, or a simulated one."""

    KIND = "participant"
    CHAIN = "participant_id"
    BEGINS = True
    participant_id: str
    """Pseudonym, such as ``p-7kq2mx5d``; derived from the enrolment code with the record's key."""
    seat: int
    """Order of enrolment from 0; the assignment depends on it and on nothing else."""
    simulated: bool
    """True for a scripted participant, for ever."""
    enrolled_by: EnrolledBy

    def event_id(self) -> str:
        """Who enrolls once more is the same."""
        return f"{self.KIND}.{self.participant_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Row):
    """Codes were made and handed out: from here on, whoever enrols by code needs one of a list."""

    KIND = "invitation"
    CHAIN = ""
    BEGINS = True
    invitation_id: str
    pseudonyms: tuple[str, ...]
    """Of the codes, which are kept nowhere; in no order that the codes were given out in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Row):
    """The participant read this text and agreed to it."""

    KIND = "consent"
    CHAIN = "participant_id"
    BEGINS = True
    participant_id: str
    study_hash: str
    consent_text: str
    content_note: str

    def event_id(self) -> str:
        """One for each version of the study."""
        return f"{self.KIND}.{self.participant_id}.{self.study_hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal(Row):
    """The participant left the study; every view leaves their sessions out from here on."""

    KIND = "withdrawal"
    CHAIN = "participant_id"
    BEGINS = True
    ENDS = True
    participant_id: str
    reason: Words = ""

    def event_id(self) -> str:
        """Nobody withdraws twice."""
        return f"{self.KIND}.{self.participant_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Row):
    """Who answers under an alias from now on."""

    KIND = "binding"
    CHAIN = ""
    BEGINS = True
    alias: str
    endpoint: str
    """Such as ``embedded:smollm2`` or ``openai:gpt-4o-mini``."""
    host: str
    """Host and port that joins the allow-list; empty for a scripted endpoint."""
    frozen: bool
    """False when this differs from what the study froze: the run is then *unfrozen*."""

    def event_id(self) -> str:
        """A new name at each call: nothing names a binding."""
        return f"{self.KIND}.{new_id()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Row):
    """One conversation begins: who plays whom, in which situation, with which endpoint."""

    KIND = "session"
    CHAIN = "session_id"
    BEGINS = True
    UNDER = "participant_id"
    session_id: str
    study_id: str
    study_hash: str
    unfrozen: bool
    stage: Literal["explore", "confirm"]
    participant_id: str
    simulated: bool
    position: int
    """Which of the participant's conversations this is, from 0."""
    of: int
    """How many conversations the participant was assigned."""
    persona_id: str
    persona_hash: str
    persona_shown: dict[str, Any]
    """The persona's card as the tester saw it."""
    factors: dict[str, str]
    scenario_id: str
    scenario_hash: str
    scenario_shown: dict[str, Any]
    """Title, situation and task as the tester saw them."""
    instructions: str
    """What the assistant was told before the first word."""
    endpoint_alias: str
    endpoint: str
    toolkit_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Row):
    """One thing said: by the tester, or by the endpoint (then ``exchange`` is set)."""

    KIND = "turn"
    VERSION = 3
    """2: an exchange refers to earlier turns instead of repeating them. 3: it keeps thoughts, raw
    bodies of failures, and the fingerprint and region of who answered."""
    CHAIN = "session_id"
    BEGINS = True
    ONCE = "number"
    turn_id: str
    session_id: str
    number: int
    """Order in the session, from 0, retries included."""
    speaker: Literal["tester", "assistant"]
    text: Words
    """Raw and complete, or what had arrived when the exchange stopped or failed."""
    exchange: Exchange | None = None
    supersedes: str | None = None
    """``turn_id`` of the assistant turn that a retry replaces in the conversation."""

    @classmethod
    def upgrade(cls, body: dict[str, Any], version: int) -> dict[str, Any]:
        """Earlier versions read the same."""
        return body

    @classmethod
    def lean(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Leave out what its exchange has nothing to say about."""
        return lean_exchange(body)

    @classmethod
    def pack(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Refer to earlier turns instead of repeating them."""
        exchange = body["exchange"]
        messages = refer(exchange["messages"]) if exchange else ()
        if not exchange or messages is exchange["messages"]:
            return body
        return body | {"exchange": exchange | {"messages": messages}}

    def refers(self) -> bool:
        """Tell whether the messages of its exchange lack what earlier turns hold."""
        return self.exchange is not None and refers(self.exchange.messages)

    def whole(self, texts: Mapping[str, str]) -> Self:
        """Give the turn with the messages of its exchange in full.

        Args:
            texts: event id to its text, of the whole conversation before.
        """
        asked = self.exchange
        if asked is None or not refers(asked.messages):
            return self
        return replace(self, exchange=replace(asked, messages=resolve(asked.messages, texts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Row):
    """One answer to one question: about a turn, or about the whole conversation."""

    KIND = "rating"
    CHAIN = "session_id"
    rating_id: str
    session_id: str
    turn_id: str | None
    """The assistant turn rated, or None for the form after the conversation."""
    question: str
    """Id of the question in the study's rating form, or ``quick`` for the one after a turn."""
    dimension: str
    """Trust dimension the question asks about."""
    value: int | None
    """1 to 5, or None when the tester chose not to say."""
    comment: Words = ""
    supersedes: str | None = None
    item_id: str | None = None
    """The blind item rated (confirm); None in a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Row):
    """Words in an answer that felt wrong; ``retracted`` takes an earlier flag back."""

    KIND = "flag"
    CHAIN = "session_id"
    flag_id: str
    session_id: str
    turn_id: str
    start: int
    """First code point of the flagged words in the raw answer."""
    end: int
    """One past the last."""
    quote: Words
    """``text[start:end]`` of the turn, kept so that a flag reads by itself."""
    harm: str
    """A key of the harm vocabulary, such as ``representational.stereotyping``, or ``unsure``."""
    severity: int
    """1 (barely) to 5 (severe)."""
    comment: Words = ""
    supersedes: str | None = None
    retracted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd(Row):
    """The conversation, or a rater's work, is over."""

    KIND = "session_end"
    CHAIN = "session_id"
    ENDS = True
    session_id: str
    reason: Literal["finished", "skipped", "capped", "withdrawn", "left"]
    """``left``: the study lead gave a rater's seat free; what they rated stays."""
    comment: Words = ""

    @property
    def reached_end(self) -> bool:
        """Whether the conversation went as far as it was to go."""
        return self.reason in ("finished", "capped")

    def event_id(self) -> str:
        """A session ends once."""
        return f"{self.session_id}.end"
