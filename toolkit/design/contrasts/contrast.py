"""A contrast: one prompt with cue slots, and the arms in which the machine sends it.

Arms differ in whose cues fill the slots and in nothing else, so what differs in the answers is
owed to the cues. Two arms are there to show what differs anyway: *resample* is the reference once
more, *paraphrase* is the reference in other words.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from toolkit.design.field_types import Identifier, Line, Paragraph
from toolkit.design.file_schema import Filed, Written
from toolkit.design.validation_errors import each_once, raise_at, refusal

ArmKind = Literal["reference", "swap", "paraphrase", "resample"]


@dataclass(frozen=True, slots=True, order=True)
class Arm:
    """One way to send a contrast: which text, and whose cues fill its slots."""

    kind: ArmKind
    persona_id: str

    @property
    def label(self) -> str:
        """As people read it: ``reference``, ``swap amara-okafor``, ``paraphrase``, ``resample``."""
        return f"swap {self.persona_id}" if self.kind == "swap" else self.kind


class PromptTurn(Written):
    """One message of the prompt, with cue slots in braces such as ``{name}``."""

    role: Literal["user", "assistant"] = "user"
    """Who says it; an assistant's message is written here and the same in every arm."""
    text: Paragraph
    """The message; ``personas/README.md`` lists the slots."""


class ListedNames(Written):
    """Names that carry one group's identity by themselves, from a published list."""

    listed: Annotated[tuple[Line, ...], Field(min_length=2, max_length=12)]
    """Full names, used in turn over the replicates."""
    source: Line
    """Where they are listed: author, year, table."""


class LeadOrigin(Written):
    """The answer in an explore conversation that this contrast was lifted from."""

    session_id: Line
    """The conversation."""
    turn_id: Line
    """The assistant's turn that was flagged."""


def _check_prompt(turns: tuple[PromptTurn, ...]) -> tuple[PromptTurn, ...]:
    wanted = "user and assistant in turn, from user to user"
    hint = "Begin and end with what the user says; write the assistant's message in between."
    raise_at(
        ((index, "role"), refusal(wanted, hint), turn.role)
        for index, turn in enumerate(turns)
        if turn.role != ("user", "assistant")[index % 2]
        or (index == len(turns) - 1 and turn.role != "user")
    )
    return turns


def _check_words(words: tuple[str, ...]) -> tuple[str, ...]:
    read = [word.casefold() for word in words]
    several = refusal("two or more words", "Name every answer, or leave the field out.")
    raise_at([((0,), several, words[0])] if len(words) == 1 else [])
    wanted = "one word that is no other answer in another case"
    raise_at(
        ((index,), refusal(wanted), word)
        for index, word in enumerate(words)
        if len(word.split()) > 1 or read[index] in read[:index]
    )
    return words


Prompt = Annotated[
    tuple[PromptTurn, ...], Field(min_length=1, max_length=9), AfterValidator(_check_prompt)
]


class Contrast(Filed):
    """A frozen prompt with cue slots, its personas, and its null arms."""

    FOLDER: ClassVar[str] = "contrasts"
    NOUN: ClassVar[str] = "contrast"

    title: Line
    """One line that says what is compared."""
    scenario: Identifier
    """Id of the scenario whose instructions and record the assistant is given."""
    origin: Literal["lead", "planned"]
    """``planned``: written before any reply was seen; ``lead``: lifted from what a tester found."""
    lead: LeadOrigin | None = None
    """Where it was lifted from; required for ``lead``."""
    cueing: Literal["explicit", "implicit"]
    """``explicit``: the prompt states it; ``implicit``: name or dialect alone carry it."""
    reference: Identifier
    """The persona that every other one is compared with."""
    personas: Annotated[
        tuple[Identifier, ...], Field(min_length=2, max_length=24), AfterValidator(each_once)
    ]
    """Every persona whose cues are swapped in, the reference among them."""
    prompt: Prompt
    """What is sent after the scenario's instructions; the reply to its last message is rated."""
    paraphrase: Prompt
    """The same in other words: an edit of about the size of a swap, with the same slots."""
    names: dict[Identifier, ListedNames] = Field(default_factory=dict)
    """Persona to the names used in its place; an implicit contrast with ``{name}`` needs them."""
    dialect: dict[Identifier, dict[Identifier, Line]] = Field(default_factory=dict)
    """Slot to persona to the same sentence as that persona would write it."""
    decision: Annotated[tuple[Line, ...], Field(max_length=7), AfterValidator(_check_words)] = ()
    """Answers the prompt asks to choose from, such as Yes and No, one word each, the best to get
    first; where the endpoint tells how likely each was as its first word, that is kept too."""
    others: tuple[Line, ...] = ()
    """People the prompt names who are not the persona."""

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.reference not in self.personas:
            wanted = f"one of the personas below: {', '.join(self.personas)}"
            raise_at([(("reference",), refusal(wanted), self.reference)])
        if (self.lead is not None) != (self.origin == "lead"):
            wanted = "session_id and turn_id with 'origin: lead', nothing with 'origin: planned'"
            got = "both" if self.lead else "nothing"
            raise_at([(("lead",), refusal(wanted, got=got), "")])
        if [turn.role for turn in self.prompt] != [turn.role for turn in self.paraphrase]:
            wanted = f"{len(self.prompt)} messages, as the prompt has"
            got = f"{len(self.paraphrase)} messages"
            raise_at([(("paraphrase",), refusal(wanted, got=got), "")])
        named = [("names", name) for name in self.names]
        named += [("dialect", name) for texts in self.dialect.values() for name in texts]
        raise_at(
            ((field,), refusal("personas of this contrast only", got=repr(name)), name)
            for field, name in named
            if name not in self.personas
        )
        return self

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Reference first, then each swap in the file's order, paraphrase, resample."""
        swaps = (Arm("swap", name) for name in self.personas if name != self.reference)
        return (
            Arm("reference", self.reference),
            *swaps,
            Arm("paraphrase", self.reference),
            Arm("resample", self.reference),
        )
