"""A sitting: everything one participant does in a study, resumed from the record alone.

The record decides where a participant stands. Opening the notebook again, on another day or after
a crash, leads to the same place, and nothing is written twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from toolkit.canon import now
from toolkit.design import Assignment, Study, assign
from toolkit.errors import NotNow
from toolkit.record import Participant, Record, Session, SessionEnd, sessions
from toolkit.session.endpoint_alias import Bound, bind, record_binding
from toolkit.session.explore.conversation import Conversation
from toolkit.session.explore.role_cards import Brief, session_row
from toolkit.session.participant import EnrolledBy, SeatedParticipant
from toolkit.session.session_rules import SITTING_GAP, session_end

SittingStage = Literal["enrol", "consent", "brief", "conversation", "rest", "done", "withdrawn"]
"""Where a participant stands.

``brief``: the next persona and situation are shown and the conversation has not begun. ``rest``:
the study's cap on minutes is reached for today.
"""
PAUSE = timedelta(minutes=5)
"""Whoever does nothing for longer has left the desk: that time is not counted."""


class Sitting:
    """One participant at work in one study.

    Args:
        study: loaded; it is frozen by the first sitting, and a changed one is refused.
        record: where everything is kept.
        binder: opens the endpoint of an alias; default: the study's plan and the launcher's word.
        clock: tells the time, aware of its zone.
        on_lost: called once the same participant goes on in a newer sitting of this process.

    Raises:
        StudyChanged: if the study's files are not the frozen ones.
    """

    def __init__(
        self,
        study: Study,
        record: Record,
        *,
        binder: Callable[[Study, str], Bound] = bind,
        clock: Callable[[], datetime] = now,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self.study = study
        self.conversation: Conversation | None = None
        self._record = record
        self._binder = binder
        self._clock = clock
        self._bound: dict[str, Bound] = {}
        # Only this sitting writes for its participant, so what it read once stays true.
        self._sessions: list[Session] = []
        if study.frozen() is None:
            study.freeze()
        self._study_hash = study.require_unchanged()
        self._seated = SeatedParticipant(
            record, "session", study_hash=self._study_hash, form=study.consent, on_lost=on_lost
        )

    # ── where we are ────────────────────────────────────────────────────────────────────────────

    @property
    def participant(self) -> Participant | None:
        """Whoever is at work here."""
        return self._seated.participant

    @property
    def read_only(self) -> str:
        """Why nothing may be written from here; empty when all is well."""
        return self._seated.read_only

    @property
    def stage(self) -> SittingStage:
        """Where the participant stands, read off the record."""
        if (step := self._seated.step) != "work":
            return step
        if self.conversation is not None and self.conversation.end is None:
            return "conversation"
        if self.position >= len(self.assignments):
            return "done"
        return "rest" if self.minutes_spent >= self.study.care.minutes_cap else "brief"

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The conversations of this participant's seat, in order."""
        return assign(self.study, self._seated.enrolled.seat)

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

    def enrol(
        self, code: str, *, enrolled_by: EnrolledBy = "code", simulated: bool = False
    ) -> Participant:
        """Begin, or come back: the same code is the same participant.

        Args:
            code: from the invitation.
            enrolled_by: who gave the code.
            simulated: whether nobody is behind it.

        Raises:
            NotEnrolled: if the code is empty or too long.
        """
        before = self._seated.lease
        participant = self._seated.enrol(code, enrolled_by=enrolled_by, simulated=simulated)
        if before is None or before is not self._seated.lease:
            self._resume()
        return participant

    def consent(self) -> None:
        """Keep that the participant agreed to the study's consent text as it stands."""
        self._seated.consent()

    def begin(self) -> Conversation:
        """Begin the next conversation.

        Raises:
            NotNow: unless the participant has consented and a conversation is due.
        """
        self._seated.require_writable()
        if self.stage != "brief":
            raise NotNow("No conversation is due right now. Reload the page to see where you are.")
        brief = self.brief
        bound = self._bound_to(brief.assignment.endpoint_alias)
        session = session_row(
            self.study,
            self._study_hash,
            self._seated.enrolled,
            brief,
            of=len(self.assignments),
            bound=bound,
        )
        self._record.append(session)
        self._sessions.append(session)
        self.conversation = self._converse(session, bound)
        return self.conversation

    def skip_brief(self) -> None:
        """Skip the next conversation before it begins; nothing is asked and nothing is lost."""
        self.begin().skip()

    def withdraw(self, reason: str = "") -> None:
        """Leave the study: ends what is open, and every view leaves this participant out."""
        ends = []
        if self.conversation is not None and self.conversation.end is None:
            self.conversation.stop()
            session_id = self.conversation.session.session_id
            ends.append(SessionEnd(session_id=session_id, reason="withdrawn"))
        self._seated.withdraw(reason, *ends)
        self.conversation = None

    async def close(self) -> None:
        """Let go of the participant and of every endpoint; safe to call twice.

        An answer on its way is put away first: what has arrived of it is kept as stopped.
        """
        if self.conversation is not None:
            await self.conversation.put_away()
        self._seated.close()
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
            self._record, participant=self._seated.participant_id, include_withdrawn=True
        )
        unfinished = [session for session in self._sessions if not self._is_over(session)]
        if unfinished and not self._seated.withdrawn:
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
            writable=self._seated.writing(),
        )
