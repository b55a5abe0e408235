"""Sections of a study: its questions, its endpoints, its consent and its care for testers."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from toolkit.design.field_types import Count, Identifier, Line, Paragraph, Seed
from toolkit.design.file_schema import Written
from toolkit.design.outcomes import OUTCOMES
from toolkit.design.validation_errors import raise_at, refusal
from toolkit.design.vocabulary import TrustDimension

QUICK = "quick"
"""What ratings of single answers are kept under, whatever their question is."""


class Question(Written):
    """One question of the rating form, answered 1 to 5 with words at both ends."""

    id: Identifier
    """Names the answers in the record."""
    dimension: TrustDimension
    """The trust dimension it asks about."""
    ask: Line
    """The question itself."""
    low: Line
    """What 1 means."""
    high: Line
    """What 5 means."""


def each_question_once(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Validate that no question goes by the id of another, or of anything else observed."""
    names = [question.id for question in questions]
    each = refusal("an id of its own for each question", "Rename one of the two.")
    taken = refusal("another id: this one names what is observed in another way", "Rename it.")
    raise_at(
        ((index, "id"), each if name in names[:index] else taken, name)
        for index, name in enumerate(names)
        if name in (*names[:index], *OUTCOMES, QUICK)
    )
    return questions


class EndpointPlan(Written):
    """Who answers under an alias, and how it is asked."""

    endpoint: Line
    """``embedded:smollm2``, ``openai:NAME``, ``scripted:NAME``."""
    base_url: Line | None = None
    """Where an ``openai:`` endpoint is, such as ``https://ai.example.com/v1``; required there."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """Randomness of the answers; left to the server when absent."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of likely words to draw from; left to the server when absent."""
    max_tokens: Count | None = None
    """Longest answer, in tokens; left to the server when absent."""
    seed: Seed | None = None
    """Seed sent with each request, for servers that take one."""
    proxy: Line | None = None
    """Address of the proxy that tunnels to the server, such as ``http://proxy.example.com:8080``."""
    api_version: Line | None = None
    """Azure's ``api-version``, such as ``2024-10-21``."""
    headers: Annotated[dict[str, Line], Field(max_length=20)] | None = None
    """Headers sent with every request, such as a tenant's name; keys and secrets do not belong
    into a study."""

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        kind, colon, name = self.endpoint.partition(":")
        if kind not in {"openai", "embedded", "scripted"} or not colon or not name:
            wanted = "openai:NAME, embedded:NAME or scripted:NAME"
            raise_at([(("endpoint",), refusal(wanted), self.endpoint)])
        if kind == "openai" and self.base_url is None:
            wanted = "the address of the server, because endpoint begins with 'openai:'"
            hint = "Add a line such as 'base_url: https://ai.example.com/v1'."
            raise_at([(("base_url",), refusal(wanted, hint, got="nothing"), "")])
        if self.base_url is not None and not self.base_url.startswith(("http://", "https://")):
            wanted = "an address that begins with https:// or http://"
            raise_at([(("base_url",), refusal(wanted), self.base_url)])
        return self


class ConsentForm(Written):
    """What a participant reads and agrees to before anything else."""

    title: Line
    """Heading of the consent screen."""
    text: Paragraph
    """What taking part means, in plain words."""
    content_note: Paragraph
    """What upsetting material may come up, and that stopping is always fine."""


class Care(Written):
    """Limits that keep testers well, and where to turn."""

    minutes_cap: Count
    """Minutes of conversation, without pauses, after which no other one begins that day."""
    messages_cap: Count
    """Messages a tester may send in one conversation."""
    support_contact: Line
    """Whom to turn to."""


class DataUse(Written):
    """Who sees what, and for how long, in words shown to the tester."""

    seen_by: Paragraph
    """Who reads the conversations and ratings."""
    kept_for: Paragraph
    """How long they are kept, and what happens then."""
