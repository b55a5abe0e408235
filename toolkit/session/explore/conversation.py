"""One conversation, live: every word is in the record before it is acknowledged.

``put`` keeps what the tester said and returns; ``answer`` asks the endpoint and keeps what came
of it, whatever that was; ``say`` does both. Nothing is held only in memory except an answer that
the record refused to take, and that one is tried again before anything else is written.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeVar

from toolkit.canon import new_id
from toolkit.endpoints import Endpoint, OnToken, Settings
from toolkit.errors import NotNow
from toolkit.record import (
    Ending,
    Exchange,
    Flag,
    Rating,
    Record,
    Row,
    Session,
    SessionEnd,
    Turn,
    history,
)
from toolkit.session.explore.pending_exchange import PendingExchange
from toolkit.session.limits import COMMENT_LENGTH, MESSAGE_LENGTH

FINAL: frozenset[Ending] = frozenset({"answered", "refused"})
"""Outcomes that are the endpoint's last word; the others may be asked again."""

_Judgment = TypeVar("_Judgment", Rating, Flag)


class Conversation:
    """A persona in a situation, talking to an endpoint.

    Args:
        record: where everything is kept.
        session: the row that began it, already in the record.
        endpoint: who answers.
        settings: how to ask.
        messages_cap: messages the tester may send.
        writable: asked before each write; raises when this window may no longer write.
    """

    def __init__(
        self,
        record: Record,
        session: Session,
        endpoint: Endpoint,
        *,
        settings: Settings | None = None,
        messages_cap: int | None = None,
        writable: Callable[[], None] = lambda: None,
    ) -> None:
        self.session = session
        self.endpoint = endpoint
        self.settings = settings or Settings()
        self.messages_cap = messages_cap
        self._record = record
        self._writable = writable
        self._unsaved: list[Row] = []
        self._asking: PendingExchange | None = None
        kept = history(record, session.session_id)
        self._turns: list[Turn] = list(kept.all_turns)
        self._ratings: dict[tuple[str | None, str], Rating] = {
            (rating.turn_id, rating.question): rating for rating in kept.ratings
        }
        self._flags: dict[str, Flag] = {flag.flag_id: flag for flag in kept.flags}
        self.end: SessionEnd | None = kept.end

    # ── what has been said ──────────────────────────────────────────────────────────────────────

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation as it stands: answers that a retry replaced are left out."""
        replaced = {turn.supersedes for turn in self._turns}
        return tuple(turn for turn in self._turns if turn.turn_id not in replaced)

    @property
    def ratings(self) -> tuple[Rating, ...]:
        """The last rating for each question, in the order first given."""
        return tuple(self._ratings.values())

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Flags that stand."""
        return tuple(self._flags.values())

    @property
    def asking(self) -> bool:
        """Whether an answer is on its way."""
        return self._asking is not None

    @property
    def awaits_answer(self) -> bool:
        """Whether the last thing said is the tester's, or an answer that may be asked again."""
        turns = self.turns
        if not turns:
            return False
        exchange = turns[-1].exchange
        return exchange is None or exchange.outcome not in FINAL

    @property
    def messages_left(self) -> int | None:
        """Messages the tester may still send; None without a cap."""
        if self.messages_cap is None:
            return None
        sent = sum(turn.speaker == "tester" for turn in self._turns)
        return max(0, self.messages_cap - sent)

    # ── talking ─────────────────────────────────────────────────────────────────────────────────

    async def say(
        self, text: str, *, turn_id: str | None = None, on_token: OnToken | None = None
    ) -> Turn:
        """Say something and wait for the answer; returns the endpoint's turn.

        A failed answer is a turn too: look at ``turn.exchange.outcome``.

        Raises:
            NotNow: while an answer is on its way, after the end, past the cap, or for no text.
            RecordError: when it could not be kept.
        """
        self.put(text, turn_id=turn_id)
        return await self.answer(on_token=on_token)

    def put(self, text: str, *, turn_id: str | None = None) -> Turn:
        """Keep what the tester says; on return it is durable.

        Args:
            text: 1 to 20,000 characters, kept exactly as given.
            turn_id: the caller's own id, so that sending it again changes nothing.
        """
        kept = next((turn for turn in self._turns if turn.turn_id == turn_id), None)
        if kept is not None:
            return kept
        self._check_may_say(text)
        turn = Turn(
            turn_id=turn_id or new_id(),
            session_id=self.session.session_id,
            number=len(self._turns),
            speaker="tester",
            text=text,
        )
        self._keep(turn)
        self._turns.append(turn)
        return turn

    async def answer(self, *, on_token: OnToken | None = None) -> Turn:
        """Ask the endpoint for the answer that is due; returns its turn, durable.

        Also the way to try again after an answer that was stopped, cut off, empty or failed: the
        new turn then names the one it replaces.

        Raises:
            NotNow: when no answer is due, or one is already on its way.
            RecordError: when it could not be kept; the answer is kept in memory and is written
                before anything else.
        """
        self._check_open()
        if not self.awaits_answer:
            raise NotNow("This answer is complete. Write your next message instead.")
        asking = self._asking = PendingExchange(
            self.endpoint,
            self.session.instructions,
            self.turns,
            settings=self.settings,
            on_token=on_token,
        )
        try:
            return self._keep_answer(*await asking.run())
        finally:
            self._asking = None
            asking.over.set()

    def stop(self) -> None:
        """Stop the answer that is on its way; what has arrived is kept as ``stopped``."""
        if self._asking is not None:
            self._asking.stop()

    async def put_away(self) -> None:
        """Stop the answer that is on its way, and wait until what has arrived is kept."""
        asking = self._asking
        if asking is not None:
            asking.stop()
            await asking.over.wait()

    # ── judging ─────────────────────────────────────────────────────────────────────────────────

    def rate(
        self,
        question: str,
        value: int | None,
        *,
        dimension: str,
        turn_id: str | None = None,
        comment: str = "",
        rating_id: str | None = None,
    ) -> Rating:
        """Answer one question; answering it again is a new row that names the old one.

        Args:
            question: id of the question in the study's form, or ``quick``.
            value: 1 to 5, or None for "I would rather not say".
            dimension: the trust dimension the question asks about.
            turn_id: the assistant turn rated, or None for the conversation.
            comment: free text.
            rating_id: the caller's own id, so that sending it again changes nothing.
        """
        if value is not None and value not in range(1, 6):
            raise NotNow(f"rating: got {value}; wanted 1 to 5. Choose one of the five.")
        if turn_id is not None:
            self._assistant_turn(turn_id)
        if isinstance(kept := self._kept(rating_id), Rating):
            return kept
        earlier = self._ratings.get((turn_id, question))
        rating = Rating(
            rating_id=rating_id or new_id(),
            session_id=self.session.session_id,
            turn_id=turn_id,
            question=question,
            dimension=dimension,
            value=value,
            comment=comment[:COMMENT_LENGTH],
            supersedes=earlier.rating_id if earlier else None,
        )
        return self._judge(rating)

    def flag(
        self,
        turn_id: str,
        start: int,
        end: int,
        *,
        harm: str,
        severity: int,
        comment: str = "",
        flag_id: str | None = None,
        supersedes: str | None = None,
    ) -> Flag:
        """Mark words of an answer that felt wrong.

        Args:
            turn_id: the assistant turn.
            start: first code point, from 0.
            end: one past the last; at least ``start + 1``.
            harm: key of the harm vocabulary, or ``unsure``.
            severity: 1 (barely) to 5 (severe).
            comment: free text.
            flag_id: the caller's own id, so that sending it again changes nothing.
            supersedes: the flag this one corrects.
        """
        turn = self._assistant_turn(turn_id)
        if isinstance(kept := self._kept(flag_id), Flag):
            return kept
        if not 0 <= start < end <= len(turn.text):
            raise NotNow(
                f"flag: got characters {start} to {end} of an answer of {len(turn.text)}; wanted "
                "a stretch inside it. Select the words again."
            )
        if severity not in range(1, 6):
            raise NotNow(f"flag: got severity {severity}; wanted 1 to 5. Choose one of the five.")
        flag = Flag(
            flag_id=flag_id or new_id(),
            session_id=self.session.session_id,
            turn_id=turn_id,
            start=start,
            end=end,
            quote=turn.text[start:end],
            harm=harm,
            severity=severity,
            comment=comment[:COMMENT_LENGTH],
            supersedes=supersedes,
        )
        return self._judge(flag)

    def unflag(self, flag_id: str) -> None:
        """Take a flag back, by a new row; the old one stays in the record."""
        flag = self._flags.get(flag_id)
        if flag is None:
            return
        retraction = replace(flag, flag_id=new_id(), supersedes=flag_id, retracted=True)
        self._judge(retraction)

    # ── ending ──────────────────────────────────────────────────────────────────────────────────

    def finish(self, comment: str = "") -> SessionEnd:
        """End the conversation."""
        return self._finish("finished", comment)

    def skip(self, comment: str = "") -> SessionEnd:
        """End the conversation without finishing it; no reason is asked for."""
        return self._finish("skipped", comment)

    def save(self) -> None:
        """Write what the record refused to take earlier, if anything."""
        while self._unsaved:
            self._writable()
            self._record.append(self._unsaved[0])
            self._unsaved.pop(0)

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    def _finish(self, reason: Literal["finished", "skipped"], comment: str) -> SessionEnd:
        if self.end is not None:
            return self.end
        self._check_open()
        end = SessionEnd(
            session_id=self.session.session_id,
            reason=reason,
            comment=comment[:COMMENT_LENGTH],
        )
        self._keep(end)
        self.end = end
        return end

    def _check_open(self) -> None:
        if self.end is not None:
            raise NotNow("This conversation is over. Go on to the next one.")
        if self.asking:
            raise NotNow("The answer is still on its way. Wait for it, or press Stop.")

    def _check_may_say(self, text: str) -> None:
        self._check_open()
        if not text.strip():
            raise NotNow("There is nothing to send yet. Write a message first.")
        if len(text) > MESSAGE_LENGTH:
            raise NotNow(
                f"The message has {len(text):,} characters; at most {MESSAGE_LENGTH:,} can be "
                "sent at once. Shorten it."
            )
        if self.messages_left == 0:
            raise NotNow(
                f"You have sent all {self.messages_cap} messages of this conversation. "
                "Press “Finish conversation” to go on to the questions."
            )

    def _assistant_turn(self, turn_id: str) -> Turn:
        for turn in self._turns:
            if turn.turn_id == turn_id and turn.speaker == "assistant":
                return turn
        raise NotNow("This answer is not part of this conversation. Reload the page and try again.")

    def _keep_answer(self, text: str, exchange: Exchange) -> Turn:
        replaced = self.turns[-1] if self.turns[-1].exchange else None
        turn = Turn(
            turn_id=new_id(),
            session_id=self.session.session_id,
            number=len(self._turns),
            speaker="assistant",
            text=text,
            exchange=exchange,
            supersedes=replaced.turn_id if replaced else None,
        )
        self._turns.append(turn)
        self._unsaved.append(turn)
        self.save()
        return turn

    def _kept(self, event_id: str | None) -> Row | None:
        """What an event sent before has become; a caller's own id may come back at any time."""
        entry = self._record.find(event_id) if event_id else None
        return entry.row() if entry else None

    def _keep(self, row: Row) -> None:
        self.save()
        self._writable()
        self._record.append(row)

    def _judge(self, row: _Judgment) -> _Judgment:
        if self.end is not None:
            raise NotNow("This conversation is over. Go on to the next one.")
        self._keep(row)
        if isinstance(row, Rating):
            self._ratings[(row.turn_id, row.question)] = row
        else:
            self._set_flag(row)
        return row

    def _set_flag(self, flag: Flag) -> None:
        if flag.supersedes:
            self._flags.pop(flag.supersedes, None)
        if not flag.retracted:
            self._flags[flag.flag_id] = flag
