"""A seated participant: enrolment, lease, consent and withdrawal, the same for testers and raters.

One participant at a time is at work in a place. Whoever enrolls next takes the place, and what was
begun for the one before writes nothing more.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from toolkit.design import ConsentForm
from toolkit.errors import NotEnrolled, OpenElsewhere, Withdrawn
from toolkit.record import (
    Consent,
    EnrolledBy,
    Lease,
    Participant,
    RaterSeat,
    Record,
    Session,
    SessionEnd,
    Withdrawal,
)
from toolkit.session.guess_brake import guesses_braked
from toolkit.session.session_rules import session_end

Work = Literal["session", "rating"]
"""What somebody is seated for: to play personas, or to rate replies."""


def lease_name(participant_id: str, work: Work) -> str:
    """Name the lease of one kind of work, as the same person may do both at once.

    Args:
        participant_id: the pseudonym.
        work: what they do under it.
    """
    return participant_id if work == "session" else f"{participant_id}.{work}"


class SeatedParticipant:
    """Whoever is at work in one place: nobody until ``enrol``, then one participant at a time.

    Args:
        record: where everything is kept.
        study_hash: the freeze that they agree to.
        form: the text that they agree to.
        on_lost: called once the same participant goes on in a newer place of this process.
        open_to_all: whether a code on no list of invitations is taken although there is one.
    """

    WORK: ClassVar[Work]
    """What they are seated for."""

    def __init__(
        self,
        record: Record,
        *,
        study_hash: str,
        form: ConsentForm,
        on_lost: Callable[[], None],
        open_to_all: bool = False,
    ) -> None:
        self.participant: Participant | None = None
        """Whoever is at work here."""
        self.consent_form = form
        """What they agree to."""
        self._record = record
        self._study_hash = study_hash
        self._on_lost = on_lost
        self._open_to_all = open_to_all
        self._lease: Lease | None = None
        """New with every enrolment; None while somebody else holds it."""
        self._shut = ""

    @property
    def read_only(self) -> str:
        """Why nothing may be written from here; empty when all is well."""
        return self._shut

    def enrol(
        self, code: str, *, enrolled_by: EnrolledBy = "code", simulated: bool = False
    ) -> Participant:
        """Begin, or come back: the same code is the same participant.

        Args:
            code: from the invitation.
            enrolled_by: who gave the code.
            simulated: whether nobody is behind it.

        Raises:
            NotEnrolled: if the code is empty, too long or not invited; then nothing changes.
            NotNow: if too many codes were wrong.
        """
        with guesses_braked(self._record.record_id):
            participant = self._record.enrol(
                code,
                enrolled_by=enrolled_by,
                simulated=simulated,
                open_to_all=self._open_to_all,
            )
        if participant != self.participant or self._lease is None or not self._lease.held:
            self._leave()
            self.participant, self._shut = participant, ""
            try:
                name = lease_name(participant.participant_id, self.WORK)
                self._lease = self._record.lease(name, on_lost=self._lose)
            except OpenElsewhere as problem:
                self._shut = str(problem)
            self._resume()
        return participant

    def consent(self) -> None:
        """Keep that the participant agreed to the consent text as it stands."""
        self._require_writable()
        if not self._consented:
            self._record.append(
                Consent(
                    participant_id=self._enrolled.participant_id,
                    study_hash=self._study_hash,
                    consent_text=self.consent_form.text,
                    content_note=self.consent_form.content_note,
                )
            )

    def withdraw(self, reason: str = "") -> None:
        """Leave the study: ends what is open, and every view leaves this participant out.

        Args:
            reason: in their own words; may be empty.
        """
        self._require_seated()
        if not self._withdrawn:
            ends = [SessionEnd(session_id=one, reason="withdrawn") for one in self._open_sessions()]
            participant_id = self._enrolled.participant_id
            self._record.append(*ends, Withdrawal(participant_id=participant_id, reason=reason))

    # ── what each kind of work says of itself ───────────────────────────────────────────────────

    def _resume(self) -> None:
        """Find what this participant was at; nothing of whoever sat here before is left."""
        raise NotImplementedError

    # ── what each kind of work stands on ────────────────────────────────────────────────────────

    def _open_sessions(self) -> Iterator[str]:
        """Ids of all that they play or rate, here or elsewhere, and that is not over."""
        begun: list[Session | RaterSeat] = [
            *self._record.rows(Session),
            *self._record.rows(RaterSeat),
        ]
        for row in begun:
            own = row.participant_id == self._enrolled.participant_id
            if own and session_end(self._record, row.session_id) is None:
                yield row.session_id

    @property
    def _enrolled(self) -> Participant:
        if self.participant is None:
            raise NotEnrolled("Nobody is enrolled here yet. Enter your code first.")
        return self.participant

    @property
    def _step(self) -> Literal["enrol", "withdrawn", "consent", "work"]:
        """What is due, read off the record; ``work`` once nothing stands before it."""
        if self.participant is None:
            return "enrol"
        if self._withdrawn:
            return "withdrawn"
        return "work" if self._consented else "consent"

    @property
    def _withdrawn(self) -> bool:
        """Whether they have left the study, here or elsewhere."""
        chain = self._enrolled.participant_id
        return any(self._record.entries(kinds=[Withdrawal.KIND], chain=chain))

    @property
    def _consented(self) -> bool:
        """Whether they have agreed to this freeze of the study."""
        rows = self._record.rows(Consent, chain=self._enrolled.participant_id)
        return any(row.study_hash == self._study_hash for row in rows)

    def _require_writable(self) -> None:
        """Refuse to write for nobody, without the lease, or for somebody who has withdrawn.

        Raises:
            NotEnrolled: while nobody is at work here.
            OpenElsewhere: if this place may only read.
            Withdrawn: if they have left the study.
        """
        self._require_seated()
        if self._withdrawn:
            raise Withdrawn("You have withdrawn from this study; nothing more is kept.")

    def _writing(self) -> Callable[[], None]:
        """Give what is begun now its check before each write.

        The check fails for good once this place is closed or taken by somebody else, also when
        the same person comes back: they go on with what the record holds.
        """
        lease = self._lease

        def check() -> None:
            if self._lease is not lease:
                raise OpenElsewhere(self._closed)
            self._require_writable()

        return check

    def _leave(self) -> None:
        """Let go of the participant, who may go on elsewhere; safe to call twice."""
        if self._lease is not None:
            self._lease.release()
            self._lease = None
        if self.participant is not None:
            self._shut = self._shut or self._closed

    @property
    def _closed(self) -> str:
        return f"This {self.WORK} was closed here. Reload the page to go on with it."

    def _require_seated(self) -> None:
        if self._enrolled and self._shut:
            raise OpenElsewhere(self._shut)

    def _lose(self) -> None:
        self._shut = (
            f"This {self.WORK} was opened again in another place of this notebook, and goes on "
            "there. Nothing you did here is lost."
        )
        self._on_lost()
