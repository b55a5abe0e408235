"""A study: which personas meet which scenarios and endpoints, and what testers are asked."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from toolkit.design.factors import Attribute
from toolkit.design.vocabulary import TrustDimension
from toolkit.design.written import Count, Line, Paragraph, Written


class Question(Written):
    """One question of the rating form, answered 1 to 5 with words at both ends."""

    id: str
    dimension: TrustDimension
    ask: Line
    low: Line
    """What 1 means."""
    high: Line
    """What 5 means."""


class EndpointPlan(Written):
    """Who answers under an alias, and how it is asked."""

    endpoint: Line
    """``embedded:smollm2``, ``openai:NAME``, ``scripted:NAME``."""
    base_url: Line | None = None
    """For ``openai:``; required there."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Count | None = None
    seed: int | None = None


class ConsentForm(Written):
    """What a participant reads and agrees to before anything else."""

    title: Line
    text: Paragraph
    content_note: Paragraph
    """What upsetting material may come up, and that stopping is always fine."""


class Care(Written):
    """Limits that keep testers well, and where to turn."""

    minutes_cap: Count
    """Minutes of conversation in a sitting after which the panel suggests to stop for the day."""
    messages_cap: Count
    """Messages a tester may send in one conversation."""
    support_contact: Line


class DataUse(Written):
    """Who sees what, and for how long, in words shown to the tester."""

    seen_by: Paragraph
    kept_for: Paragraph


class Study(Written):
    """One study as written; the freeze turns it into one hash."""

    FOLDER: ClassVar[str] = "studies"
    NOUN: ClassVar[str] = "study"

    id: str
    """The file's name without its ending."""
    title: Line
    purpose: Paragraph
    personas: Annotated[tuple[str, ...], Field(min_length=1)]
    scenarios: Annotated[tuple[str, ...], Field(min_length=1)]
    endpoints: Annotated[dict[str, EndpointPlan], Field(min_length=1)]
    """Alias to who answers."""
    analysis_factors: tuple[Attribute, ...] = ()
    """Attributes we analyse by; the others are described only."""
    conversations_per_tester: Count
    minutes: Count
    """Minutes the whole sitting should take."""
    quick_question: Question
    """Asked, optionally, after each answer."""
    form: Annotated[tuple[Question, ...], Field(min_length=1, max_length=7)]
    """Asked after each conversation."""
    consent: ConsentForm
    care: Care
    data: DataUse
    what_happens_next: Paragraph
    """Shown with the thanks at the end."""
    seed: int
    record: Literal["default"] | str = "default"
    """Where the record lives: ``default`` is ``results/<id>/record.db``; or a database URL."""
