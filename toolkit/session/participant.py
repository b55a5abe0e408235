"""A seated participant: enrolment, lease, consent and withdrawal, the same for testers and raters.

One participant at a time is at work in a place. Whoever enrolls next takes the place, and what was
begun for the one before writes nothing more.
"""

from collections.abc import Callable
from typing import Literal

from toolkit.design import ConsentForm
from toolkit.errors import NotEnrolled, OpenElsewhere, Withdrawn
from toolkit.record import Consent, Lease, Participant, Record, SessionEnd, Withdrawal

EnrolledBy = Literal["code", "hub", "launcher", "simulation"]
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
        work: what they are seated for.
        study_hash: the freeze that they agree to.
        form: the text that they agree to.
        on_lost: called once the same participant goes on in a newer place of this process.
    """

    def __init__(
        self,
        record: Record,
        work: Work,
        *,
        study_hash: str,
        form: ConsentForm,
        on_lost: Callable[[], None],
    ) -> None:
        self.participant: Participant | None = None
        self.read_only = ""
        """Why nothing may be written from here; empty when all is well."""
        self.lease: Lease | None = None
        """New with every enrolment; None while somebody else holds it."""
        self.form = form
        self._record = record
        self._work: Work = work
        self._study_hash = study_hash
        self._on_lost = on_lost

    @property
    def enrolled(self) -> Participant:
        """Whoever is at work here.

        Raises:
            NotEnrolled: while nobody is.
        """
        if self.participant is None:
            raise NotEnrolled("Nobody is enrolled here yet. Enter your code first.")
        return self.participant

    @property
    def participant_id(self) -> str:
        """Their pseudonym."""
        return self.enrolled.participant_id

    @property
    def step(self) -> Literal["enrol", "withdrawn", "consent", "work"]:
        """What is due, read off the record; ``work`` once nothing stands before it."""
        if self.participant is None:
            return "enrol"
        if self.withdrawn:
            return "withdrawn"
        return "work" if self.consented else "consent"

    @property
    def withdrawn(self) -> bool:
        """Whether they have left the study, here or elsewhere."""
        return bool(self._record.rows(Withdrawal, chain=self.participant_id))

    @property
    def consented(self) -> bool:
        """Whether they have agreed to this freeze of the study."""
        rows = self._record.rows(Consent, chain=self.participant_id)
        return any(row.study_hash == self._study_hash for row in rows)

    def enrol(self, code: str, *, enrolled_by: EnrolledBy, simulated: bool) -> Participant:
        """Seat whoever has this code; for whoever sits here already, nothing changes.

        Args:
            code: from the invitation.
            enrolled_by: who gave the code.
            simulated: whether nobody is behind it.

        Raises:
            NotEnrolled: if the code is empty or too long; then nothing changes either.
        """
        participant = self._record.enrol(code, enrolled_by=enrolled_by, simulated=simulated)
        if participant == self.participant and self.lease is not None and self.lease.held:
            return participant
        self.close()
        self.participant, self.read_only = participant, ""
        try:
            name = lease_name(self.participant_id, self._work)
            self.lease = self._record.lease(name, on_lost=self._lose)
        except OpenElsewhere as problem:
            self.read_only = str(problem)
        return participant

    def consent(self) -> None:
        """Keep that they agreed to the consent text as it stands."""
        self.require_writable()
        if not self.consented:
            self._record.append(
                Consent(
                    participant_id=self.participant_id,
                    study_hash=self._study_hash,
                    consent_text=self.form.text,
                    content_note=self.form.content_note,
                )
            )

    def withdraw(self, reason: str, *ends: SessionEnd) -> None:
        """Keep that they left the study; from here on every view leaves them out.

        Args:
            reason: in their own words; may be empty.
            *ends: what ends with it, kept in the same commit.
        """
        self._require_seated()
        if not self.withdrawn:
            withdrawal = Withdrawal(participant_id=self.participant_id, reason=reason)
            self._record.append(*ends, withdrawal)

    def close(self) -> None:
        """Let go of the participant, who may go on elsewhere; safe to call twice."""
        if self.lease is not None:
            self.lease.release()
            self.lease = None
        if self.participant is not None:
            self.read_only = self.read_only or self._closed

    def require_writable(self) -> None:
        """Refuse to write for nobody, without the lease, or for somebody who has withdrawn.

        Raises:
            NotEnrolled: while nobody is at work here.
            OpenElsewhere: if this place may only read.
            Withdrawn: if they have left the study.
        """
        self._require_seated()
        if self.withdrawn:
            raise Withdrawn("You have withdrawn from this study; nothing more is kept.")

    def writing(self) -> Callable[[], None]:
        """Give what is begun now its check before each write.

        The check fails for good once this place is closed or taken by somebody else, also when
        the same person comes back: they go on with what the record holds.
        """
        lease = self.lease

        def check() -> None:
            if self.lease is not lease:
                raise OpenElsewhere(self._closed)
            self.require_writable()

        return check

    @property
    def _closed(self) -> str:
        return f"This {self._work} was closed here. Reload the page to go on with it."

    def _require_seated(self) -> None:
        if self.participant_id and self.read_only:
            raise OpenElsewhere(self.read_only)

    def _lose(self) -> None:
        self.read_only = (
            f"This {self._work} was opened again in another place of this notebook, and goes on "
            "there. Nothing you did here is lost."
        )
        self._on_lost()
