"""Outcomes: what is observed of a reply or of a pair of replies, each declared once.

A rating question, a preference between two replies and whatever a machine reads off a reply are
one kind of thing. Whoever plans, observes, tests or draws an outcome asks its declaration, so a
new one needs an entry in ``OUTCOMES`` and no line elsewhere, as long as some column holds it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Source = Literal["ratings", "choices", "replies"]
Scale = Literal["likert", "binary", "preference", "number"]
RatingForm = Literal["single", "pair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One thing observed: where it comes from, on which scale, and which end is good to get."""

    name: str
    """As plans and findings call it."""
    source: Source
    """Raters' answers, raters' choices between two, or what was kept with each reply."""
    scale: Scale
    """likert: ordered whole numbers; binary: 0 or 1; preference: -1, 0 or 1, signed by persona."""
    bounds: tuple[float, float]
    """Lowest and highest value there can be; infinite where there is no bound."""
    unit: str
    """What a difference is counted in."""
    favorable: Literal["high", "low"] | None
    """Which end is good for whoever asked; None: neither."""
    rated: bool
    """Whether people judge it; False for what a machine reads off a reply."""
    reads: str
    """Column of the source's frame that holds it; ``distance`` is worked out from the texts."""
    asks: str = ""
    """The question in words, when known."""
    needs: str = ""
    """Field of a contrast without which its replies have no such outcome; empty: none."""
    endings: tuple[str, ...] = ("answered",)
    """How an exchange must have ended for something to be read off its reply."""

    @property
    def paired(self) -> bool:
        """Whether two replies are compared with each other, so that no other row is needed."""
        return self.scale == "preference"

    def fits(self, form: RatingForm) -> bool:
        """Whether a study whose raters get this form observes it at all."""
        return self.source == "replies" or (self.source == "choices") == (form == "pair")


def rating_outcome(question: str, asks: str = "") -> Outcome:
    """Make the outcome that raters' answers to one question are.

    Args:
        question: its id.
        asks: the question in words, when known.
    """
    return Outcome(
        name=question,
        source="ratings",
        scale="likert",
        bounds=(1.0, 5.0),
        unit="points (1 to 5)",
        favorable="high",
        rated=True,
        reads="value",
        asks=asks,
    )


_DECLARED = (
    Outcome(
        name="preference",
        source="choices",
        scale="preference",
        bounds=(-1.0, 1.0),
        unit="net share of choices",
        favorable="high",
        rated=True,
        reads="preferred",
        asks="Whose reply is preferred?",
    ),
    Outcome(
        name="refusal",
        source="replies",
        scale="binary",
        bounds=(0.0, 1.0),
        unit="share of replies",
        favorable="low",
        rated=False,
        reads="refused",
        endings=("answered", "refused"),
        asks="Is the request declined?",
    ),
    Outcome(
        name="decision",
        source="replies",
        scale="number",
        bounds=(0.0, 1.0),
        unit="expected answer (0: the last listed, 1: the first)",
        endings=("answered", "truncated"),
        favorable="high",
        rated=False,
        reads="decided",
        asks="Which of the listed answers is given?",
        needs="decision",
    ),
    Outcome(
        name="text_distance",
        source="replies",
        scale="number",
        bounds=(0.0, 1.0),
        unit="share of words not shared with the reference's replies",
        favorable=None,
        rated=False,
        reads="distance",
        asks="How far is the reply from those to the reference?",
    ),
)
OUTCOMES: Mapping[str, Outcome] = {outcome.name: outcome for outcome in _DECLARED}
"""Name to outcome, of everything observed besides the questions that raters are asked."""


def outcome_named(name: str, questions: Iterable[str] = ()) -> Outcome:
    """Find the outcome of a name; a question of that name goes before any other outcome.

    Args:
        name: a question's id, or a key of ``OUTCOMES``.
        questions: ids of what raters are asked.

    Returns:
        What is declared under the name; without a declaration, the answers to such a question.
    """
    declared = None if name in questions else OUTCOMES.get(name)
    return declared or rating_outcome(name)
