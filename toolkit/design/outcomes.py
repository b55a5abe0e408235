"""Outcomes: what is observed of a reply or of a pair of replies, each declared once.

A rating question, a preference between two replies and whatever a machine reads off a reply are
one kind of thing. Whoever plans, observes, tests or draws an outcome asks its declaration, so a
new one needs an entry in ``OUTCOMES`` and no line elsewhere, as long as some column holds it.
A declaration that cannot hold is refused when it is made.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Literal, get_args

from toolkit.design.contrasts import Contrast
from toolkit.errors import DesignError

Source = Literal["ratings", "choices", "replies"]
Scale = Literal["likert", "binary", "preference", "number"]
Favorable = Literal["high", "low", None]
Direction = Literal["worse", "better"]
"""Which differences alone would matter, to whoever asked."""
RatingForm = Literal["single", "pair"]
Fault = tuple[str, str, str]
"""What a declaration has, what is wanted, and a whole sentence on what to do."""
_NUMBER: tuple[Scale, ...] = ("number",)
READABLE: Mapping[Source, Mapping[str, tuple[Scale, ...]]] = {
    "ratings": {"value": ("likert", "number")},
    "choices": {"preferred": ("preference",)},
    "replies": {
        **dict.fromkeys(("refused", "undecided"), ("binary",)),
        **dict.fromkeys(("decided", "decision_mass", "distance", "characters"), _NUMBER),
        **dict.fromkeys(("seconds", "prompt_tokens", "completion_tokens", "attempts"), _NUMBER),
    },
}
"""Columns of a source's frame that an outcome may read, and the scales of what each holds."""
_ENDINGS = ("answered", "truncated", "refused", "empty", "stopped", "errored")
"""How an exchange can end, as the record has it."""
_MARKS = ("undecided", "no_text")
"""What is told of a reply that can be why nothing is read off it."""
_FIXED: Mapping[Scale, tuple[float, float]] = {"binary": (0.0, 1.0), "preference": (-1.0, 1.0)}


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
    favorable: Favorable
    """Which end is good for whoever asked; None: neither."""
    rated: bool
    """Whether people judge it; False for what a machine reads off a reply."""
    reads: str
    """Column of the source's frame that holds it; ``distance`` is worked out from the texts.
    Empty: it comes from a table and not from a record."""
    asks: str = ""
    """The question in words, when known."""
    needs: str = ""
    """Field of a contrast without which its replies have no such outcome; empty: none."""
    endings: tuple[str, ...] = ("answered",)
    """How an exchange must have ended for something to be read off its reply."""
    missing: tuple[str, ...] = ("not_read",)
    """Why nothing was read off such a reply: marks, the first that it has, and the reason else."""
    precedes: bool = False
    """Whether every plan reads it first: others speak of what it leaves."""

    def __post_init__(self) -> None:
        """Hold the declaration.

        Raises:
            DesignError: naming the first field that cannot be.
        """
        for got, wanted, then in _faults(self):
            raise DesignError(f"outcome {self.name!r}: {got}; wanted {wanted}. {then}")

    @property
    def paired(self) -> bool:
        """Whether two replies are compared with each other, so that no other row is needed."""
        return self.scale == "preference"

    def side(self, direction: Direction | None) -> Literal["both", "low", "high"]:
        """On which side of 0 a difference lies that is worse, or better, for whoever asked.

        Args:
            direction: None: either.

        Raises:
            DesignError: if neither end of the outcome is good to get.
        """
        if direction is None:
            return "both"
        if self.favorable is None:
            raise DesignError(
                f"outcome {self.name!r}: got the direction {direction!r}, and neither end of it is "
                "good to get; wanted an outcome with a favorable one. Leave direction out."
            )
        return "low" if (direction == "worse") == (self.favorable == "high") else "high"

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


def bounds_faults(scale: Scale, bounds: object) -> Iterator[Fault]:
    """Say what is wrong with the lowest and highest value of a scale.

    Args:
        scale: one that there is.
        bounds: as they were given.
    """
    write = "Write bounds=(lowest, highest)."
    match bounds:
        case (Real() as low, Real() as high) if low == low and high == high:
            shown = f"got the bounds ({low:g}, {high:g})"
            if low >= high:
                yield shown, "the lower one first", write
            shown += f" for the scale {scale!r}"
            only = _FIXED.get(scale, bounds)
            if tuple(bounds) != tuple(only):
                then = "Leave bounds out, or choose the scale 'likert' or 'number'."
                yield shown, f"({only[0]:g}, {only[1]:g}), which it has by itself", then
            if scale == "likert" and not all(float(one).is_integer() for one in bounds):
                yield shown, "whole numbers, the lowest and highest answer", write
        case _:
            yield f"got the bounds {bounds!r}", "two numbers", write


_ALLOWED: Mapping[str, Callable[[Outcome], tuple[object, ...]]] = {
    "needs": lambda of: ("", *Contrast.model_fields),
    "source": lambda of: get_args(Source),
    "reads": lambda of: ("", *READABLE[of.source]),
    "scale": lambda of: READABLE[of.source].get(of.reads, get_args(Scale)),
    "favorable": lambda of: ("high",) if of.paired else get_args(Favorable),
    "rated": lambda of: (True, False) if of.source == "choices" else (of.source == "ratings",),
}
"""Field to what it may say beside the fields before it."""


def _faults(of: Outcome) -> Iterator[Fault]:
    """Say what is wrong with a declaration; each check may rely on those before it."""
    correct = f"Correct the declaration, which reads {of.reads!r} of the {of.source}."
    for field in ("name", "unit", "asks"):
        text = getattr(of, field)
        if not isinstance(text, str) or not (text.strip() or field == "asks"):
            yield f"got the {field} {text!r}", "a text that is not empty", correct
    for field, allowed in _ALLOWED.items():
        got, known = getattr(of, field), allowed(of)
        if got not in known or type(got) not in map(type, known):
            yield f"got the {field} {got!r}", f"one of {_listed(known)}", correct
    yield from bounds_faults(of.scale, of.bounds)
    if not _names(of.endings) or any(one not in _ENDINGS for one in of.endings):
        yield f"got the endings {of.endings!r}", f"a tuple of {_listed(_ENDINGS)}", correct
    if not _names(of.missing) or any(one not in _MARKS for one in of.missing[:-1]):
        wanted = f"a tuple of reasons, all but the last of {_listed(_MARKS)}"
        yield f"got the missing {of.missing!r}", wanted, correct


def _names(these: object) -> bool:
    return isinstance(these, tuple) and bool(these) and all(isinstance(a, str) and a for a in these)


def _listed(known: tuple[object, ...]) -> str:
    return ", ".join(map(repr, known))


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
        precedes=True,
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
        missing=("undecided", "not_read"),
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
        missing=("no_text", "nothing_to_compare_with"),
    ),
)
OUTCOMES: Mapping[str, Outcome] = {outcome.name: outcome for outcome in _DECLARED}
"""Name to outcome, of everything observed besides the questions that raters are asked."""


def outcome_named(name: str) -> Outcome:
    """Find the outcome of a name, which no question may have that any other outcome has.

    Returns:
        What is declared under the name; without a declaration, the answers to such a question.
    """
    return OUTCOMES.get(name) or rating_outcome(name)
