"""Blinding check: after the last item, raters say whom they took the persona for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from toolkit.canon import content_hash
from toolkit.design import ConfirmStage, Contrast, Unit
from toolkit.record import Guess, JudgedItem, RaterHistory

AT_MOST = 3
"""Items each rater is asked about."""
_GUESSABLE = frozenset({"reference", "swap"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessAsked:
    """The question who a person was, about one reply the rater has rated."""

    item_id: str
    title: str
    prompt: tuple[dict[str, str], ...]
    reply: str
    letter: Literal["", "A", "B"]
    """Which reply of a pair is meant; empty for a single one."""
    options: tuple[str, ...]
    """Descriptions in a random order; the answer is a number from 0, or None."""
    answered: bool
    option: int | None
    """The option that stands; None for "cannot tell" or when not answered."""


class PersonaGuesses:
    """What is asked about the items of one rater.

    Args:
        stage: what is confirmed; its personas are the options.
        kept: what the rater has left so far; read anew at each question.
    """

    def __init__(self, stage: ConfirmStage, kept: RaterHistory) -> None:
        self._stage = stage
        self._kept = kept
        self._units = {unit.unit_id: unit for unit in stage.units}
        self._contrasts = {one.id: one for one in stage.contrasts}

    @property
    def asked(self) -> tuple[GuessAsked, ...]:
        """The questions, always the same ones for the same items; none where cues were shown."""
        if self._kept.seat.show_cue:
            return ()
        guessable = [one for one in self._kept.items.values() if self._guessable(one)]
        drawn = sorted(guessable, key=lambda one: content_hash(["guess", one.item.item_id]))
        return tuple(self._question(one) for one in drawn[:AT_MOST])

    def options(self, item_id: str) -> tuple[str, ...]:
        """Persona ids on offer for an item, in the order shown."""
        contrast = self._contrast(self._kept.items[item_id])
        return tuple(sorted(contrast.personas, key=lambda name: content_hash([item_id, name])))

    def about(self, item_id: str) -> int:
        """Which reply of the item is meant: in a pair the one that is not the reference's."""
        units = self._of(self._kept.items[item_id])
        return next((place for place, unit in enumerate(units) if unit.arm.kind == "swap"), 0)

    def _guessable(self, judged: JudgedItem) -> bool:
        if judged.item.purpose != "rating" or not judged.rated or judged.passed:
            return False
        return all(unit.arm.kind in _GUESSABLE for unit in self._of(judged))

    def _question(self, judged: JudgedItem) -> GuessAsked:
        item, guess = judged.item, self._kept.guesses.get(judged.item.item_id)
        about, options = self.about(item.item_id), self.options(item.item_id)
        return GuessAsked(
            item_id=item.item_id,
            title=item.shown["title"],
            prompt=tuple(item.shown["prompt"]),
            reply=item.shown["replies"][about],
            letter=("A", "B")[about] if item.form == "pair" else "",
            options=self._described(options),
            answered=guess is not None,
            option=_place(guess),
        )

    def _described(self, options: Sequence[str]) -> tuple[str, ...]:
        """Each persona as a noun, or all by their titles where two nouns would be the same."""
        people = [self._stage.study.persona(name) for name in options]
        nouns = [one.cues.noun or "" for one in people]
        if all(nouns) and len(set(nouns)) == len(nouns):
            return tuple(nouns)
        return tuple(one.title for one in people)

    def _of(self, judged: JudgedItem) -> list[Unit]:
        return [self._units[unit_id] for unit_id in judged.item.unit_ids]

    def _contrast(self, judged: JudgedItem) -> Contrast:
        return self._contrasts[self._of(judged)[0].contrast_id]


def _place(guess: Guess | None) -> int | None:
    if guess is None or guess.guessed is None:
        return None
    return guess.options.index(guess.guessed)
