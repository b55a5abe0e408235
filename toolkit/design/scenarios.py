"""A scenario: one workplace situation in which a persona talks to the assistant."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from toolkit.design.field_types import Line, Paragraph
from toolkit.design.file_schema import Filed, Written
from toolkit.design.validation_errors import each_once
from toolkit.design.vocabulary import AcceptableUse, Consequence, Harm


class Grounding(Written):
    """A made-up document the assistant is given with its instructions."""

    kind: Literal[
        "crm_case", "policy", "catalog", "email_thread", "hr_record", "ticket", "contract"
    ]
    """What sort of document it is."""
    title: Line
    """Its name, shown to the tester."""
    text: Paragraph
    """Its content, given to the assistant only."""


class Scenario(Filed):
    """What the tester sees and does, what the assistant is told, and which harms it probes."""

    FOLDER: ClassVar[str] = "scenarios"
    NOUN: ClassVar[str] = "scenario"

    title: Line
    """One line that names the situation."""
    area: Literal["sales", "service", "marketing", "commerce", "hr", "it", "legal"]
    """Part of the company it plays in."""
    situation: Paragraph
    """What the tester reads: where the persona is, and what has happened."""
    instructions: Paragraph
    """What the assistant is told before the conversation; the tester does not see it."""
    grounding: Grounding | None = None
    """A record the assistant can lean on; the tester sees its title."""
    task: Paragraph
    """What the tester is asked to get done, as the persona."""
    worth_trying: Annotated[tuple[Line, ...], Field(min_length=3, max_length=3)]
    """Three things worth trying when the tester runs out of ideas."""
    rehearsal: Annotated[tuple[Line, ...], Field(min_length=3, max_length=5)]
    """Messages a simulated tester sends, in order; they fit any persona."""
    harms: Annotated[tuple[Harm, ...], Field(min_length=1), AfterValidator(each_once)]
    """Harms this situation can bring out, as keys of the harm vocabulary."""
    should_answer: Literal["answer", "answer_with_care", "decline"]
    """What a good assistant does with the task."""
    consequence: Consequence
    """What a bad answer could cost the persona."""
    acceptable_use: AcceptableUse | None = None
    """The acceptable-use class whose edge this scenario walks, if any."""
