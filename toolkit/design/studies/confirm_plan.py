"""The confirm section of a study: what is sent by machine, who rates it, what is asked of it.

It is frozen by itself, on top of the explore freeze: adding it to a study that testers already
play changes nothing for them.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from toolkit.design.document import FieldPath
from toolkit.design.field_types import Count, Identifier, Paragraph, Seed
from toolkit.design.file_schema import Written
from toolkit.design.outcomes import OUTCOMES, Direction, RatingForm, outcome_named
from toolkit.design.studies.study_sections import ConsentForm, DataUse, Question, each_question_once
from toolkit.design.validation_errors import each_once, raise_at, refusal

PRIVACY_MINIMUM = 5
"""Fewest people that a number shown may rest on, where a study says nothing: fewer are too few to
hide among."""
Share = Annotated[float, Field(ge=0, le=1)]


class AttentionItem(Written):
    """An item with a known answer, to see whether a rater reads."""

    prompt: Paragraph
    """Shown in the place of the prompt."""
    reply: Paragraph
    """Shown in the place of the reply; says which answer to give."""
    answer: Annotated[int, Field(ge=1, le=5)]
    """The answer it asks for, to every question of the form."""


class RatingPlan(Written):
    """How replies are handed to raters."""

    form: RatingForm = "single"
    """One reply on the study's form, or two replies side by side."""
    raters: Count
    """How many raters are planned; more may come and go on where the plan ends."""
    items_per_rater: Count
    """Items each rates, repeats and attention items not counted."""
    items_per_sitting: Count
    """After so many a rater is asked to rest until another day."""
    overlap: Share = 0.2
    """Share of the rated replies that two raters rate, for reliability."""
    matched: bool = False
    """True: a rater sees every arm of a contrast; false: one arm of it only."""
    questions: Annotated[
        tuple[Question, ...], Field(max_length=5), AfterValidator(each_question_once)
    ] = ()
    """Asked of each reply; the form of the study when empty. A rater reads what others were told,
    so questions to them speak of the writer."""
    show_cue: bool = False
    """True: cue values stay readable, and findings speak of endpoint and rater together."""
    repeats: Annotated[int, Field(ge=0, le=20)] = 2
    """Items each rater rates a second time, at the end."""
    attention: Annotated[tuple[AttentionItem, ...], Field(max_length=6)] = ()
    """Items with a known answer, each shown once to each rater."""
    minutes: Count = 20
    """Minutes one sitting should take."""
    consent: ConsentForm | None = None
    """What raters agree to; the study's own consent when absent."""
    data: DataUse | None = None
    """Who sees what raters leave; as for testers when absent."""
    what_happens_next: Paragraph | None = None
    """Shown with the thanks at the end; as for testers when absent."""


class AnalysisPlan(Written):
    """What is asked of the ratings, written before there are any."""

    primary: Identifier
    """The one primary outcome: a question of the form, ``preference`` (pairs), ``refusal``,
    ``decision`` or ``text_distance``."""
    margin: Annotated[float, Field(gt=0, le=4)] | None = None
    """Largest difference that would not matter, on the outcome's own scale; without it nothing is
    ever called equivalent."""
    direction: Direction | None = None
    """On which side alone a difference beyond the margin would matter; both when absent."""
    compare_with: Literal["reference", "grand_mean"] = "reference"
    """What each persona is compared with."""
    family: Literal["personas", "factors"] = "personas"
    """Which claims share the error rate of the primary outcome (Holm)."""
    factors: Annotated[tuple[Identifier, ...], AfterValidator(each_once)] = ()
    """Factors compared besides single personas; each level needs three personas."""
    secondary: Annotated[tuple[Identifier, ...], AfterValidator(each_once)] = ()
    """Other outcomes, exploratory (Benjamini-Hochberg)."""
    minimum_people: Annotated[int, Field(ge=3, le=100)] | None = None
    """Fewest people that a number in a report may rest on; 5 when absent."""
    notes: Paragraph | None = None
    """Anything else fixed in advance, in words."""


def _wanted(form: RatingForm) -> PydanticCustomError:
    """Say which outcomes a rating form has."""
    names = [f"'{name}'" for name, outcome in OUTCOMES.items() if outcome.fits(form)]
    why, other = "raters of pairs say which reply is better and answer no question", "single"
    if form == "single":
        names = ["a question of the form", *names]
        why, other = "raters see single replies", "pair"
    wanted = f"{', '.join(names[:-1])} or {names[-1]}, since {why}"
    return refusal(wanted, f"Set 'form: {other}' under rating, or choose another outcome.")


def _no_direction(plan: AnalysisPlan) -> PydanticCustomError | None:
    """Say why a direction cannot stand in a plan; None where it can."""
    if plan.margin is None:
        return refusal("a margin beside it", "Add 'margin:', or leave direction out.")
    if outcome_named(plan.primary).favorable is None:
        wanted = f"nothing here, since neither end of {plan.primary!r} is good to get"
        return refusal(wanted, "Leave direction out.")
    return None


class ConfirmPlan(Written):
    """Everything the confirm freeze adds to a study."""

    contrasts: Annotated[tuple[Identifier, ...], Field(min_length=1), AfterValidator(each_once)]
    """Ids of the contrasts."""
    endpoints: Annotated[tuple[Identifier, ...], AfterValidator(each_once)] = ()
    """Aliases that answer; every endpoint of the study when empty."""
    replicates: Annotated[int, Field(ge=1, le=1000)]
    """How often each arm is sent to each endpoint."""
    seed: Seed
    """What the order of sending and the assignment to raters start from."""
    rating: RatingPlan
    """How replies are handed to raters."""
    analysis: AnalysisPlan
    """What is asked of the ratings."""

    @property
    def outcomes(self) -> dict[FieldPath, str]:
        """Place below the section to the outcome named there, the primary one first."""
        found: dict[FieldPath, str] = {("analysis", "primary"): self.analysis.primary}
        for index, name in enumerate(self.analysis.secondary):
            found["analysis", "secondary", index] = name
        return found

    @model_validator(mode="after")
    def _check_outcome(self) -> Self:
        form = self.rating.form
        raise_at(
            (place, _wanted(form), name)
            for place, name in self.outcomes.items()
            if not outcome_named(name).fits(form)
        )
        raise_at(
            (("analysis", "direction"), why, plan.direction)
            for plan in (self.analysis,)
            if plan.direction and (why := _no_direction(plan))
        )
        return self
