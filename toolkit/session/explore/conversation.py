"""Conversation, live: every word is in the record before it is acknowledged.

``put`` keeps what the tester said and returns; ``answer`` asks the endpoint and keeps what came
of it, whatever that was; ``say`` does both. Nothing is held only in memory except an answer that
the record refused to take, and that one is tried again before anything else is written.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeVar

from toolkit.canon import new_id
from toolkit.design import FLAG_HARMS
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
from toolkit.session.session_rules import (
    COMMENT_LENGTH,
    MESSAGE_LENGTH,
    require_points,
)

FINAL: frozenset[Ending] = frozenset({"answered", "refused"})
"""Outcomes that are the endpoint's last word; the others may be asked again."""

R = TypeVar("R", bound=Row)


class Conversation:
    """A persona in a situation, talking to an endpoint.

    Args:
        record: where everything is kept.
        session: the row that began it, already in the record.
        endpoint: who answers.
        writable: asked before each write; raises when this window may no longer write.
        settings: how to ask.
        messages_cap: messages the tester may send.
    """

    def __init__(
        self,
        record: Record,
        session: Session,
        endpoint: Endpoint,
        *,
        writable: Callable[[], None],
        settings: Settings | None = None,
        messages_cap: int | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.settings = settings or Settings()
        self.messages_cap = messages_cap
        self._record = record
        self._writable = writable
        self._unsaved: list[Row] = []
        self._asking: PendingExchange | None = None
        self._kept = history(record, session.session_id)

    # ── what has been said ──────────────────────────────────────────────────────────────────────

    @property
    def session(self) -> Session:
        """The row that began it."""
        return self._kept.session

    @property
    def end(self) -> SessionEnd | None:
        """The row that ended it; None while it is open."""
        return self._kept.end

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation as it stands: answers that a retry replaced are left out."""
        return self._kept.turns

    @property
    def ratings(self) -> tuple[Rating, ...]:
        """The last rating for each question, in the order first given."""
        return self._kept.ratings

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Flags that stand."""
        return self._kept.flags

    @property
    def asking(self) -> bool:
        """Whether an answer is on its way."""
        return self._asking is not None

    @property
    def awaits_answer(self) -> bool:
        """Whether the last thing said is the tester's, or an answer that may be asked again."""
        turns = self.turns
        exchange = turns[-1].exchange if turns else None
        return bool(turns) and (exchange is None or exchange.outcome not in FINAL)

    @property
    def messages_left(self) -> int | None:
        """Messages the tester may still send; None without a cap."""
        if self.messages_cap is None:
            return None
        sent = sum(turn.speaker == "tester" for turn in self._kept.all_turns)
        return max(0, self.messages_cap - sent)

    # ── talking ─────────────────────────────────────────────────────────────────────────────────

    async def say(self, text: str, *, on_token: OnToken | None = None) -> Turn:
        """Say something and wait for the answer; returns the endpoint's turn.

        A failed answer is a turn too: look at ``turn.exchange.outcome``.

        Args:
            text: 1 to 20,000 characters, kept exactly as given.
            on_token: called with each piece of the answer as it arrives.

        Raises:
            NotNow: while an answer is on its way, after the end, past the cap, or for no text.
            RecordError: when it could not be kept.
        """
        self.put(text)
        return await self.answer(on_token=on_token)

    def put(self, text: str, *, turn_id: str | None = None) -> Turn:
        """Keep what the tester says; on return it is durable.

        Args:
            text: 1 to 20,000 characters, kept exactly as given.
            turn_id: the caller's own id, so that sending it again changes nothing.
        """
        kept = next((turn for turn in self._kept.all_turns if turn.turn_id == turn_id), None)
        if kept is not None:
            return kept
        self._check_may_say(text)
        return self._keep(self._turn("tester", text, turn_id=turn_id or new_id()))

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
        require_points("rating: got", value)
        if turn_id is not None:
            self._assistant_turn(turn_id)
        if kept := self._known(rating_id, Rating):
            return kept
        asked = (turn_id, question)
        earlier = [one for one in self.ratings if (one.turn_id, one.question) == asked]
        return self._judge(
            Rating(
                rating_id=rating_id or new_id(),
                session_id=self.session.session_id,
                turn_id=turn_id,
                question=question,
                dimension=dimension,
                value=value,
                comment=comment[:COMMENT_LENGTH],
                supersedes=earlier[-1].rating_id if earlier else None,
            )
        )

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
        if kept := self._known(flag_id, Flag):
            return kept
        if not 0 <= start < end <= len(turn.text):
            raise NotNow(
                f"flag: got characters {start} to {end} of an answer of {len(turn.text)}; wanted "
                "a stretch inside it. Select the words again."
            )
        require_points("flag: got severity", severity)
        if harm not in FLAG_HARMS:
            raise NotNow(
                f"flag: got the harm {harm[:COMMENT_LENGTH]!a}; wanted a key of the harm "
                "vocabulary, or unsure. Choose one of those on offer."
            )
        return self._judge(
            Flag(
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
        )

    def unflag(self, flag_id: str) -> None:
        """Take a flag back, by a new row; the old one stays in the record."""
        for flag in self.flags:
            if flag.flag_id == flag_id:
                self._judge(replace(flag, flag_id=new_id(), supersedes=flag_id, retracted=True))

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
        comment, session_id = comment[:COMMENT_LENGTH], self.session.session_id
        return self._keep(SessionEnd(session_id=session_id, reason=reason, comment=comment))

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
        for turn in self._kept.all_turns:
            if turn.turn_id == turn_id and turn.speaker == "assistant":
                return turn
        raise NotNow("This answer is not part of this conversation. Reload the page and try again.")

    def _keep_answer(self, text: str, exchange: Exchange) -> Turn:
        replaced = self.turns[-1] if self.turns[-1].exchange else None
        supersedes = replaced.turn_id if replaced else None
        turn = self._turn("assistant", text, exchange=exchange, supersedes=supersedes)
        self._kept = self._kept.adding(turn)
        self._unsaved.append(turn)
        self.save()
        return turn

    def _turn(self, speaker: Literal["tester", "assistant"], text: str, **more: Any) -> Turn:
        return Turn(
            **({"turn_id": new_id()} | more),
            session_id=self.session.session_id,
            number=len(self._kept.all_turns),
            speaker=speaker,
            text=text,
        )

    def _known(self, event_id: str | None, kind: type[R]) -> R | None:
        reader = self._record.read(role="tester", purpose="conversation", include_withdrawn=True)
        return reader.find(event_id, kind, chain=self.session.session_id) if event_id else None

    def _judge(self, row: R) -> R:
        if self.end is not None:
            raise NotNow("This conversation is over. Go on to the next one.")
        return self._keep(row)

    def _keep(self, row: R) -> R:
        self.save()
        self._writable()
        self._record.append(row)
        self._kept = self._kept.adding(row)
        return row
