"""Judgment rows: what a rater says, durable before it is acknowledged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from toolkit.canon import new_id
from toolkit.design import Question
from toolkit.errors import NotNow
from toolkit.record import Choice, Guess, JudgedItem, Passed, RaterHistory, Rating, Record, Row
from toolkit.session.rating.persona_guesses import GuessAsked, PersonaGuesses
from toolkit.session.session_rules import COMMENT_LENGTH, require_points

Preferred = Literal["left", "right", "equal", "neither"]
Judgment = Rating | Choice | Passed | Guess
"""What a rater may say of an item."""
R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Judgments:
    """Writes the judgments of one rater.

    Whoever calls gives each an id of its own; one that was kept already comes back as it is, so
    every step may be sent again.

    Attributes:
        record: where they are kept.
        kept: what the rater has left so far; kept in step.
        form: the questions asked of a single reply, by id.
        guesses: who may be guessed.
        asked: what is asked about personas at this moment.
    """

    record: Record
    kept: RaterHistory
    form: Mapping[str, Question]
    guesses: PersonaGuesses
    asked: Callable[[], Sequence[GuessAsked]]

    def rate(
        self,
        item_id: str,
        question: str,
        value: int | None,
        *,
        rating_id: str | None = None,
        comment: str = "",
    ) -> Rating:
        """Answer one question about a single reply; durable on return.

        The item is complete when every question is answered; the queue then goes on by itself.

        Args:
            item_id: the item.
            question: id of a question of the study's form.
            value: 1 to 5, or None for "I would rather not say".
            rating_id: the caller's own id, so that sending it again changes nothing.
            comment: free text.

        Raises:
            NotNow: if there is no such item or question, or the value is not 1 to 5 or None.
        """
        if known := self._known(rating_id, Rating):
            return known
        self._check(item_id, "single")
        if question not in self.form:
            raise NotNow(
                f"rating: got question {question!a}; wanted one of {', '.join(self.form)}. Reload "
                "the page and answer again."
            )
        require_points("rating: got", value)
        return self.keep(
            Rating(
                rating_id=rating_id or new_id(),
                session_id=self._session_id,
                turn_id=None,
                question=question,
                dimension=self.form[question].dimension,
                value=value,
                comment=comment[:COMMENT_LENGTH],
                supersedes=self.kept.last_rating.get((item_id, question)),
                item_id=item_id,
            )
        )

    def choose(
        self, item_id: str, preferred: Preferred, *, why: str = "", choice_id: str | None = None
    ) -> Choice:
        """Say which of two replies is better; durable on return, and the queue goes on.

        Args:
            item_id: the item.
            preferred: ``left`` is the first reply shown, ``neither``: neither is acceptable.
            why: free text.
            choice_id: the caller's own id, so that sending it again changes nothing.

        Raises:
            NotNow: if there is no such pair.
        """
        if known := self._known(choice_id, Choice):
            return known
        self._check(item_id, "pair")
        return self.keep(
            Choice(
                choice_id=choice_id or new_id(),
                session_id=self._session_id,
                item_id=item_id,
                preferred=preferred,
                why=why[:COMMENT_LENGTH],
                supersedes=self.kept.last_choice.get(item_id),
            )
        )

    def pass_item(self, item_id: str, reason: str = "", *, passed_id: str | None = None) -> Passed:
        """Leave an item unrated on purpose; what was said about it before no longer stands.

        Args:
            item_id: the item.
            reason: free text.
            passed_id: the caller's own id, so that sending it again changes nothing.

        Raises:
            NotNow: if there is no such item.
        """
        if known := self._known(passed_id, Passed):
            return known
        self._check(item_id)
        return self.keep(
            Passed(
                passed_id=passed_id or new_id(),
                session_id=self._session_id,
                item_id=item_id,
                reason=reason[:COMMENT_LENGTH],
            )
        )

    def guess(self, item_id: str, option: int | None, *, guess_id: str | None = None) -> Guess:
        """Say whom the rater took the persona of an item for; after the last one all is done.

        Args:
            item_id: one of those asked about.
            option: which of its options, from 0; None for "cannot tell".
            guess_id: the caller's own id, so that sending it again changes nothing.

        Raises:
            NotNow: if that is not asked, or there is no such option.
        """
        if known := self._known(guess_id, Guess):
            return known
        if item_id not in {one.item_id for one in self.asked()} or self.kept.end is not None:
            raise NotNow("Nothing is asked about this item. Reload the page and try again.")
        options = self.guesses.options(item_id)
        if option is not None and option not in range(len(options)):
            raise NotNow(
                f"guess: got option {option}; wanted 0 to {len(options) - 1}. Choose one of them."
            )
        earlier = self.kept.guesses.get(item_id)
        return self.keep(
            Guess(
                guess_id=guess_id or new_id(),
                session_id=self._session_id,
                item_id=item_id,
                options=options,
                guessed=None if option is None else options[option],
                supersedes=earlier.guess_id if earlier else None,
            )
        )

    @property
    def _session_id(self) -> str:
        return self.kept.seat.session_id

    def _check(self, item_id: str, form: str | None = None) -> JudgedItem:
        judged = self.kept.items.get(item_id)
        if judged is None or form not in (None, judged.item.form):
            raise NotNow("This item is not one of yours. Reload the page and try again.")
        if self.kept.end is not None:
            raise NotNow("Your rating is over; nothing more is asked. Thank you.")
        if self.kept.guesses and judged.complete:
            # The options of a guess name every persona there could have been.
            raise NotNow(
                "You have begun to say who these people were, so what you rated before stays as it "
                "is. Go on with what is shown."
            )
        return judged

    def keep(self, row: R) -> R:
        """Write a row of this rater's chain; durable on return."""
        (entry,) = self.record.append(row)
        self.kept.add(row, entry.at)
        return row

    def _known(self, event_id: str | None, kind: type[R]) -> R | None:
        reader = self.record.read(role="rater", purpose="rating", include_withdrawn=True)
        return reader.find(event_id, kind, chain=self._session_id) if event_id else None
