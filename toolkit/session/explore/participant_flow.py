"""Participant flow of the explore stage: consent, briefs, conversations, resumed from the record.

The record decides where a participant stands. Opening the notebook again, on another day or after
a crash, leads to the same place, and nothing is written twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Literal

from toolkit.canon import now
from toolkit.design import Assignment, Study, assign
from toolkit.errors import NotNow
from toolkit.record import Record, Session, sessions
from toolkit.session.endpoint_alias import Bound, bind, record_binding
from toolkit.session.explore.conversation import Conversation
from toolkit.session.explore.role_cards import Brief, session_row
from toolkit.session.seated_participant import SeatedParticipant
from toolkit.session.session_rules import SITTING_GAP, session_end

SittingStage = Literal["enrol", "consent", "brief", "conversation", "rest", "done", "withdrawn"]
"""Where a participant stands.

``brief``: the next persona and situation are shown and the conversation has not begun. ``rest``:
the study's cap on minutes is reached for today.
"""
PAUSE = timedelta(minutes=5)
"""Whoever does nothing for longer has left the desk: that time is not counted."""


class Sitting(SeatedParticipant):
    """A sitting: everything one participant does in a study.

    Args:
        study: loaded; it is frozen by the first sitting, and a changed one is refused.
        record: where everything is kept.
        binder: opens the endpoint of an alias; default: the study's plan and the launcher's word.
        clock: tells the time, aware of its zone.
        on_lost: called once the same participant goes on in a newer sitting of this process.

    Raises:
        StudyChanged: if the study's files are not the frozen ones.
    """

    WORK: ClassVar = "session"

    def __init__(
        self,
        study: Study,
        record: Record,
        *,
        binder: Callable[[Study, str], Bound] = bind,
        clock: Callable[[], datetime] = now,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        if study.frozen() is None:
            study.freeze()
        frozen = study.require_unchanged()
        super().__init__(
            record,
            study_hash=frozen,
            form=study.consent,
            on_lost=on_lost,
            open_to_all=study.enrollment == "open",
        )
        self.study = study
        self.conversation: Conversation | None = None
        self._binder = binder
        self._clock = clock
        self._bound: dict[str, Bound] = {}
        # Only this sitting writes for its participant, so what it read once stays true.
        self._sessions: list[Session] = []

    # ── where we are ────────────────────────────────────────────────────────────────────────────

    @property
    def stage(self) -> SittingStage:
        """Where the participant stands, read off the record."""
        if (step := self._step) != "work":
            return step
        if self.conversation is not None and self.conversation.end is None:
            return "conversation"
        if self.position >= len(self.assignments):
            return "done"
        return "rest" if self.minutes_spent >= self.study.care.minutes_cap else "brief"

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The conversations of this participant's seat, in order."""
        return assign(self.study, self._enrolled.seat)

    @property
    def position(self) -> int:
        """How many conversations are over, finished or skipped."""
        return sum(map(self._is_over, self._sessions))

    @property
    def minutes_spent(self) -> float:
        """Minutes at work in conversations of the last hours, without the pauses."""
        return sum(self._minutes(session) for session in self._sessions)

    @property
    def brief(self) -> Brief:
        """The persona and situation that come next, or are being played."""
        assignments = self.assignments
        assignment = assignments[min(self.position, len(assignments) - 1)]
        return Brief(
            assignment,
            self.study.persona(assignment.persona_id),
            self.study.scenario(assignment.scenario_id),
        )

    # ── steps ───────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> Conversation:
        """Begin the next conversation.

        Raises:
            NotNow: unless the participant has consented and a conversation is due.
        """
        self._require_writable()
        if self.stage != "brief":
            raise NotNow("No conversation is due right now. Reload the page to see where you are.")
        brief = self.brief
        bound = self._bound_to(brief.assignment.endpoint_alias)
        session = session_row(
            self.study,
            self._study_hash,
            self._enrolled,
            brief,
            of=len(self.assignments),
            bound=bound,
        )
        self._record.append(session)
        self._sessions.append(session)
        self.conversation = self._converse(session, bound)
        return self.conversation

    def withdraw(self, reason: str = "") -> None:
        """Leave the study: ends what is open, and every view leaves this participant out.

        Args:
            reason: in their own words; may be empty.
        """
        if self.conversation is not None:
            self.conversation.stop()
        super().withdraw(reason)
        self.conversation = None

    async def close(self) -> None:
        """Let go of the participant and of every endpoint; safe to call twice.

        An answer on its way is put away first: what has arrived of it is kept as stopped.
        """
        if self.conversation is not None:
            await self.conversation.put_away()
        self._leave()
        for bound in self._bound.values():
            await bound.endpoint.close()
        self._bound.clear()

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    def _is_over(self, session: Session) -> bool:
        return session_end(self._record, session.session_id) is not None

    def _minutes(self, session: Session) -> float:
        moments = [
            datetime.fromisoformat(entry.at)
            for entry in self._record.entries(chain=session.session_id)
        ]
        if self._clock() - moments[-1] > SITTING_GAP:
            return 0.0
        steps = [later - earlier for earlier, later in pairwise(moments)]
        return sum((step for step in steps if step <= PAUSE), timedelta()).total_seconds() / 60

    def _resume(self) -> None:
        """Find the conversation that is not over; one that was begun for somebody else stops."""
        if self.conversation is not None:
            self.conversation.stop()
            self.conversation = None
        self._sessions = sessions(
            self._record, participant=self._enrolled.participant_id, include_withdrawn=True
        )
        unfinished = [session for session in self._sessions if not self._is_over(session)]
        if unfinished and not self._withdrawn:
            session = unfinished[-1]
            self.conversation = self._converse(session, self._bound_to(session.endpoint_alias))

    def _bound_to(self, alias: str) -> Bound:
        if alias not in self._bound:
            self._bound[alias] = self._binder(self.study, alias)
            if not self.read_only:
                record_binding(self._record, self._bound[alias])
        return self._bound[alias]

    def _converse(self, session: Session, bound: Bound) -> Conversation:
        return Conversation(
            self._record,
            session,
            bound.endpoint,
            settings=bound.settings,
            messages_cap=self.study.care.messages_cap,
            writable=self._writing(),
        )
