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
from toolkit.errors import NotEnrolled, NotNow, OpenElsewhere, Withdrawn
from toolkit.record import (
    Consent,
    Lease,
    Participant,
    Record,
    Session,
    SessionEnd,
    Withdrawal,
    sessions,
)
from toolkit.session.endpoint_alias import Bound, bind, record_binding
from toolkit.session.explore.conversation import Conversation
from toolkit.session.explore.role_cards import Brief, session_row
from toolkit.session.limits import SITTING_GAP

Stage = Literal["enrol", "consent", "brief", "conversation", "rest", "done", "withdrawn"]
"""Where a participant stands.

``brief``: the next persona and situation are shown and the conversation has not begun. ``rest``:
the study's cap on minutes is reached for today.
"""
EnrolledBy = Literal["code", "hub", "launcher", "simulation"]
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
        self.participant: Participant | None = None
        self.conversation: Conversation | None = None
        self.read_only = ""
        """Why nothing may be written from here; empty when all is well."""
        self._record = record
        self._binder = binder
        self._clock = clock
        self._on_lost = on_lost
        self._bound: dict[str, Bound] = {}
        self._lease: Lease | None = None
        # Only this sitting writes for its participant, so what it read once stays true.
        self._sessions: list[Session] = []
        if study.frozen() is None:
            study.freeze()
        self._study_hash = study.require_unchanged()

    # ── where we are ────────────────────────────────────────────────────────────────────────────

    @property
    def stage(self) -> Stage:
        """Where the participant stands, read off the record."""
        if self.participant is None:
            return "enrol"
        if self._has_withdrawn():
            return "withdrawn"
        if not self._has_consented():
            return "consent"
        if self.conversation is not None and self.conversation.end is None:
            return "conversation"
        if self.position >= len(self.assignments):
            return "done"
        return "rest" if self.minutes_spent >= self.study.care.minutes_cap else "brief"

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The conversations of this participant's seat, in order."""
        return assign(self.study, self._enrolled().seat)

    @property
    def position(self) -> int:
        """How many conversations are over, finished or skipped."""
        return sum(self._end_of(session) is not None for session in self._sessions)

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

        Raises:
            NotEnrolled: if the code is empty or too long.
        """
        self.participant = self._record.enrol(code, enrolled_by=enrolled_by, simulated=simulated)
        try:
            self._lease = self._record.lease(self._id, on_lost=self._lose)
        except OpenElsewhere as problem:
            self.read_only = str(problem)
        self._sessions = sessions(self._record, participant=self._id, include_withdrawn=True)
        self._resume()
        return self.participant

    def consent(self) -> None:
        """Keep that the participant agreed to the study's consent text as it stands."""
        self._check_writable()
        if not self._has_consented():
            self._record.append(
                Consent(
                    participant_id=self._id,
                    study_hash=self._study_hash,
                    consent_text=self.study.consent.text,
                    content_note=self.study.consent.content_note,
                )
            )

    def begin(self) -> Conversation:
        """Begin the next conversation.

        Raises:
            NotNow: unless the participant has consented and a conversation is due.
        """
        self._check_writable()
        if self.stage != "brief":
            raise NotNow("No conversation is due right now. Reload the page to see where you are.")
        brief = self.brief
        bound = self._bound_to(brief.assignment.endpoint_alias)
        session = session_row(
            self.study,
            self._study_hash,
            self._enrolled(),
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
        if self.participant is None:
            raise NotEnrolled("Nobody is enrolled here yet. Enter your code first.")
        self._check_writable(stage_matters=False)
        if self._has_withdrawn():
            return
        rows: list[SessionEnd | Withdrawal] = []
        if self.conversation is not None and self.conversation.end is None:
            self.conversation.stop()
            session_id = self.conversation.session.session_id
            rows.append(SessionEnd(session_id=session_id, reason="withdrawn"))
        self._record.append(*rows, Withdrawal(participant_id=self._id, reason=reason))
        self.conversation = None

    async def close(self) -> None:
        """Let go of the participant and of every endpoint; safe to call twice."""
        if self.conversation is not None:
            self.conversation.stop()
        if self._lease is not None:
            self._lease.release()
            self._lease = None
        for bound in self._bound.values():
            await bound.endpoint.close()
        self._bound.clear()

    # ── below the surface ───────────────────────────────────────────────────────────────────────

    @property
    def _id(self) -> str:
        return self._enrolled().participant_id

    def _enrolled(self) -> Participant:
        if self.participant is None:
            raise NotEnrolled("Nobody is enrolled here yet. Enter your code first.")
        return self.participant

    def _lose(self) -> None:
        self.read_only = (
            "This session was opened again in another place of this notebook, and goes on there. "
            "Nothing you did here is lost."
        )
        self._on_lost()

    def _check_writable(self, *, stage_matters: bool = True) -> None:
        if self.read_only:
            raise OpenElsewhere(self.read_only)
        if stage_matters and self.participant and self._has_withdrawn():
            raise Withdrawn("You have withdrawn from this study; nothing more is kept.")

    def _has_withdrawn(self) -> bool:
        return bool(self._record.rows(Withdrawal, chain=self._id))

    def _has_consented(self) -> bool:
        rows = self._record.rows(Consent, chain=self._id)
        return any(row.study_hash == self._study_hash for row in rows)

    def _end_of(self, session: Session) -> SessionEnd | None:
        ends = self._record.rows(SessionEnd, chain=session.session_id)
        return ends[-1] if ends else None

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
        unfinished = [session for session in self._sessions if self._end_of(session) is None]
        if unfinished and not self.conversation:
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
            writable=self._check_writable,
        )
