"""Rows of people and conversations: who takes part, what was said, what was judged."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from toolkit.record.rows.exchange import Exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person behind a pseudonym, or a simulated one."""

    KIND: ClassVar[str] = "participant"
    participant_id: str
    """Pseudonym, such as ``p-7kq2mx5d``; derived from the enrolment code with the record's key."""
    seat: int
    """Order of enrolment from 0; the assignment depends on it and on nothing else."""
    simulated: bool
    """True for a scripted participant, for ever."""
    enrolled_by: Literal["code", "hub", "launcher", "simulation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The participant read this text and agreed to it."""

    KIND: ClassVar[str] = "consent"
    participant_id: str
    study_hash: str
    consent_text: str
    content_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The participant left the study; every view leaves their sessions out from here on."""

    KIND: ClassVar[str] = "withdrawal"
    participant_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Who answers under an alias from now on."""

    KIND: ClassVar[str] = "binding"
    alias: str
    endpoint: str
    """Such as ``embedded:smollm2`` or ``openai:gpt-4o-mini``."""
    host: str
    """Host and port that joins the allow-list; empty for a scripted endpoint."""
    frozen: bool
    """False when this differs from what the study froze: the run is then *unfrozen*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One conversation begins: who plays whom, in which situation, with which endpoint."""

    KIND: ClassVar[str] = "session"
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
class Turn:
    """One thing said: by the tester, or by the endpoint (then ``exchange`` is set)."""

    KIND: ClassVar[str] = "turn"
    turn_id: str
    session_id: str
    number: int
    """Order in the session, from 0, retries included."""
    speaker: Literal["tester", "assistant"]
    text: str
    """Raw and complete, or what had arrived when the exchange stopped or failed."""
    exchange: Exchange | None = None
    supersedes: str | None = None
    """``turn_id`` of the assistant turn that a retry replaces in the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One answer to one question: about a turn, or about the whole conversation."""

    KIND: ClassVar[str] = "rating"
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
    comment: str = ""
    supersedes: str | None = None
    item_id: str | None = None
    """The blind item rated (confirm); None in a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Words in an answer that felt wrong; ``retracted`` takes an earlier flag back."""

    KIND: ClassVar[str] = "flag"
    flag_id: str
    session_id: str
    turn_id: str
    start: int
    """First code point of the flagged words in the raw answer."""
    end: int
    """One past the last."""
    quote: str
    """``text[start:end]`` of the turn, kept so that a flag reads by itself."""
    harm: str
    """A key of the harm vocabulary, such as ``representational.stereotyping``, or ``unsure``."""
    severity: int
    """1 (barely) to 5 (severe)."""
    comment: str = ""
    supersedes: str | None = None
    retracted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """The conversation, or a rater's work, is over."""

    KIND: ClassVar[str] = "session_end"
    session_id: str
    reason: Literal["finished", "skipped", "capped", "withdrawn", "left"]
    """``left``: the study lead gave a rater's seat free; what they rated stays."""
    comment: str = ""
