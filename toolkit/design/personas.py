"""A persona: a made-up person an employee plays."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

from toolkit.design.field_types import LOCALE, Line, Paragraph
from toolkit.design.file_schema import Filed, Written
from toolkit.design.vocabulary import FactorValues

Pronouns = Literal["she/her", "he/him", "they/them"]


class Cues(Written):
    """What carries the persona's identity into a conversation."""

    name: Line
    """Full name as the persona would sign."""
    pronouns: Pronouns
    """Third-person pronouns."""
    identity: Line
    """How they say who they are, in the first person, as one might drop it into a message."""
    locale: Annotated[str, StringConstraints(pattern=LOCALE)]
    """BCP 47 language and region, such as ``en-NG``."""
    noun: Line | None = None
    """Who they are as a noun without its article, such as ``Nigerian woman``; for contrasts."""
    place: Line | None = None
    """Where they are from or live, as after "from": ``Lagos``; for contrasts."""
    given_name: Line | None = None
    """What fills ``{name.first}``; needed where it is not the first word of a name of two."""
    family_name: Line | None = None
    """What fills ``{name.last}``; needed where it is not the last word of a name of two."""
    also: Annotated[tuple[Line, ...], Field(max_length=24)] = ()
    """Other ways to write or say the name: short forms, nicknames, other scripts and spellings.
    They are hidden from raters as the name is."""

    @model_serializer(mode="wrap")
    def _without_nothing(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write no empty list, so that whoever was frozen without one keeps their hash."""
        written: dict[str, Any] = write(self)
        if not self.also:
            written.pop("also", None)
        return written


class Voice(Written):
    """How the persona writes."""

    style: Paragraph
    """Register, rhythm and habits, in words a tester can act on."""
    samples: Annotated[tuple[Line, ...], Field(min_length=2, max_length=2)]
    """Two sentences in this voice."""


class Persona(Filed):
    """A made-up person: identity cues, the factors we analyse by, and how they write."""

    FOLDER: ClassVar[str] = "people"
    NOUN: ClassVar[str] = "persona"

    title: Line
    """One line a tester reads first: role and place."""
    factors: FactorValues
    """Attribute to value; attributes come from the vocabulary."""
    cues: Cues
    """Name, pronouns, stated identity and locale."""
    voice: Voice
    """How they write."""
    background: Paragraph
    """Life and work, three to six sentences."""
    goals: Annotated[tuple[Line, ...], Field(min_length=1, max_length=5)]
    """What they want from work and from the assistant."""
    would_notice: Annotated[tuple[Line, ...], Field(min_length=1, max_length=5)]
    """What would feel wrong to this person, where others might read past it."""
