"""A scenario: one workplace situation in which a persona talks to the assistant."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from toolkit.design.harms import Harm
from toolkit.design.vocabulary import AcceptableUse, Consequence
from toolkit.design.written import Line, Paragraph, Written


class Grounding(Written):
    """A made-up document the assistant is given with its instructions."""

    kind: Literal[
        "crm_case", "policy", "catalog", "email_thread", "hr_record", "ticket", "contract"
    ]
    title: Line
    text: Paragraph


class Scenario(Written):
    """What the tester sees and does, what the assistant is told, and which harms it probes."""

    FOLDER: ClassVar[str] = "scenarios"
    NOUN: ClassVar[str] = "scenario"

    id: str
    """The file's name without its ending."""
    title: Line
    area: Literal["sales", "service", "marketing", "commerce", "hr", "it", "legal"]
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
    harms: Annotated[tuple[Harm, ...], Field(min_length=1)]
    """Harms this situation can bring out, as keys of the harm vocabulary."""
    should_answer: Literal["answer", "answer_with_care", "decline"]
    """What a good assistant does with the task."""
    consequence: Consequence
    """What a bad answer could cost the persona."""
    acceptable_use: AcceptableUse | None = None
    """The acceptable-use class whose edge this scenario walks, if any."""
