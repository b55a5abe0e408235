"""Rows of the confirm stage: what the machine sent, and what blind raters made of it."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from toolkit.record.rows.exchange import Exchange, lean_exchange
from toolkit.record.rows.row import Row, Sealable, Words

DECIDING_MASS = 0.9
"""Share of probability that decision words must hold together for a decision to be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(Row):
    """The machine begins to send units: one row a run, resumed runs included."""

    KIND = "sweep"
    CHAIN = "sweep_id"
    BEGINS = True
    sweep_id: str
    """Also its chain."""
    study_id: str
    study_hash: str
    """The explore freeze."""
    confirm_hash: str
    unfrozen: bool
    """True when another endpoint than the frozen one answers."""
    planned: int
    """Units of the whole plan."""
    due: int
    """Units without a reply when this run began."""
    endpoints: dict[str, str]
    """Alias to endpoint."""
    settings: dict[str, Any]
    """Concurrency, budget and prices (with their date) of this run."""
    design: dict[str, Any]
    """What is confirmed, so that the record reads without its files: ``confirm`` (the plan),
    ``contrasts`` by id, ``personas`` by id with ``factors`` and ``noun``, and the ``questions``
    that raters are asked."""
    toolkit_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(Row):
    """These units are about to be sent; without a Reply they were in flight when a run died."""

    KIND = "dispatch"
    CHAIN = "sweep_id"
    BEGINS = True
    dispatch_id: str
    sweep_id: str
    unit_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Row):
    """What came of one unit: an answer, or the failure that ended it."""

    KIND = "reply"
    VERSION = 2
    """2: its exchange keeps thoughts, raw bodies of failures, fingerprint and region."""
    CHAIN = "sweep_id"
    BEGINS = True
    unit_id: str
    sweep_id: str
    confirm_hash: str
    contrast_id: str
    contrast_hash: str
    scenario_id: str
    scenario_hash: str
    origin: Literal["lead", "planned"]
    cueing: Literal["explicit", "implicit"]
    arm: Literal["reference", "swap", "paraphrase", "resample"]
    persona_id: str
    """Whose cues filled the slots."""
    persona_hash: str
    replicate: int
    endpoint_alias: str
    slots: dict[str, str]
    """Slot to what filled it in this unit."""
    text: Words
    """Raw and complete, or what had arrived when it failed."""
    exchange: Exchange
    """``exchange.answers`` is the unit id."""
    decision: dict[str, float] | None = None
    """Probability of each decision word as the first one, where the endpoint gave it; below
    ``DECIDING_MASS`` in all, the unit decided nothing."""
    attempt_of: int = 0
    """0, or which repeated sending of an errored unit this is."""

    @classmethod
    def upgrade(cls, body: dict[str, Any], version: int) -> dict[str, Any]:
        """Version 1 reads the same."""
        return body

    @classmethod
    def lean(cls, body: dict[str, Any]) -> dict[str, Any]:
        """Leave out what its exchange has nothing to say about."""
        return lean_exchange(body)

    def event_id(self) -> str:
        """A second reply of the same sending is impossible."""
        return f"{self.unit_id}.{self.attempt_of}" if self.attempt_of else self.unit_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepEnd(Row):
    """A run stopped in an orderly way."""

    KIND = "sweep_end"
    CHAIN = "sweep_id"
    # A run that sent nothing, and whose producer has no first row, is its end alone.
    BEGINS = True
    sweep_id: str
    reason: Literal["finished", "stopped", "budget"]
    replies: int
    """Replies this run kept, failures included."""
    errored: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """In the currency of ``prices.yaml``; None where a price is unknown."""
    comment: Words = ""

    def event_id(self) -> str:
        """A run ends once."""
        return f"{self.sweep_id}.end"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterSeat(Row):
    """A participant begins to rate: one seat of the assignment is theirs."""

    KIND = "rater_seat"
    CHAIN = "session_id"
    BEGINS = True
    UNDER = "participant_id"
    session_id: str
    """Also the chain of everything they rate."""
    study_id: str
    confirm_hash: str
    participant_id: str
    simulated: bool
    seat: int
    """Row of the assignment, from 0."""
    holder: int
    """0 for the first who takes this seat, 1 for whoever goes on after a rater who left."""
    items: int
    """Items the seat asks for, repeats and attention items included."""
    form: Literal["single", "pair"]
    show_cue: bool
    toolkit_version: str

    def event_id(self) -> str:
        """A second holder of the same turn in a seat is impossible."""
        freeze = self.confirm_hash.rpartition(":")[2][:16]
        return f"{self.KIND}.{freeze}.{self.seat}.{self.holder}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Row):
    """What a rater is about to see: one reply or a pair, under an id that says nothing."""

    KIND = "item"
    CHAIN = "session_id"
    BEGINS = True
    item_id: str
    """Random; another one for each rater."""
    session_id: str
    position: int
    """Order in the rater's list, from 0."""
    purpose: Literal["rating", "repeat", "attention"]
    form: Literal["single", "pair"]
    unit_ids: tuple[str, ...]
    """The reply rated, or left and right of a pair; empty for an attention item."""
    overlap: bool
    """True when another rater is planned for the same reply."""
    repeats: str | None
    """``item_id`` this one shows again."""
    shown: Annotated[dict[str, Any], Sealable(("prompt", "replies"))]
    """Title, prompt and replies exactly as the rater saw them, cues masked."""
    expected: int | None = None
    """The known answer of an attention item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Row):
    """Which of two replies is better."""

    KIND = "choice"
    CHAIN = "session_id"
    choice_id: str
    session_id: str
    item_id: str
    preferred: Literal["left", "right", "equal", "neither"]
    """``neither``: neither is acceptable."""
    why: Words = ""
    supersedes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed(Row):
    """A rater leaves an item unrated on purpose."""

    KIND = "passed"
    CHAIN = "session_id"
    passed_id: str
    session_id: str
    item_id: str
    reason: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess(Row):
    """After the last item: whom did this rater take the persona of an item for?"""

    KIND = "guess"
    CHAIN = "session_id"
    guess_id: str
    session_id: str
    item_id: str
    options: tuple[str, ...]
    """Persona ids on offer, in the order shown."""
    guessed: str | None
    """A persona id; None for "cannot tell"."""
    supersedes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Row):
    """A report was made to be sent on: what it said, and whose judgments it rests on."""

    KIND = "release"
    CHAIN = ""
    BEGINS = True
    confirm_hash: str
    number: int
    """From 1, of this freeze."""
    minimum: int
    """Fewest people that a number in it rests on."""
    numbers: dict[str, Any]
    """Name of a number to its ``at``, the value and interval as released, and its ``cells``: places
    in ``judged``."""
    judged: list[Any]
    """Each cell as ``[outcome, reply, {participant: judgment}]``: to see what later releases would
    give away of those who come and go."""
    files: dict[str, str]
    """Path of a file in its folder to the hash of what it held."""
    toolkit_version: str

    def event_id(self) -> str:
        """Two releases of one number are impossible."""
        return f"{self.KIND}.{self.confirm_hash.rpartition(':')[2][:16]}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Row):
    """Collection under a freeze was closed: what is there by then is all there will be."""

    KIND = "closing"
    CHAIN = ""
    BEGINS = True
    confirm_hash: str
    replies: int
    """Units with a reply of any kind."""
    planned: int
    """Units that the freeze has."""
    finished: int
    """Raters who finished, simulated ones not counted."""
    raters: int
    """Raters that the freeze asks for."""
    releases: int
    """Reports made to be sent on before: somebody had looked."""
    toolkit_version: str

    def event_id(self) -> str:
        """A freeze is closed once."""
        return f"{self.KIND}.{self.confirm_hash.rpartition(':')[2][:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation(Row):
    """How simulated raters rated, and the true effect that follows from it."""

    KIND = "simulation"
    CHAIN = ""
    BEGINS = True
    simulation_id: str
    confirm_hash: str
    seed: int
    model: dict[str, Any]
    """Every parameter of the simulated raters."""
    truth: dict[str, Any]
    """Comparison to its true effect on the outcome's own scale, with the draws it rests on."""
