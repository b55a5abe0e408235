"""Exceptions: every one the toolkit raises on purpose.

A message says who is speaking, what it got, what it wanted and what to do next, so that it can
be shown to the person who caused it without a traceback::

    ParallaxError
    ├── DesignError               what people wrote
    │   ├── InvalidFiles          complaints about files, all at once
    │   ├── UnknownName           no such study, persona, scenario or alias
    │   ├── BadIdentifier         an id or a path that leaves its grammar or its folder
    │   ├── StudyChanged          files differ from the freeze
    │   ├── StudyClosed           its collection has ended
    │   └── PlanRefused           an assignment that cannot keep its own rules
    ├── EndpointError             who answers
    │   ├── BadEndpoint           an address or a name we cannot use
    │   ├── HostNotAllowed        a host the study does not list
    │   ├── KeyRefused            no key, or a wrong one
    │   ├── EndpointNotFound      the server does not know this name
    │   ├── EndpointUnreachable   nobody answers at that address
    │   ├── RequestRefused        the server rejects what was sent
    │   ├── RateLimited           too many requests, even after waiting
    │   ├── EndpointFailed        the server reports a fault of its own
    │   ├── EndpointTimeout       no answer in time
    │   └── BadAnswer             an answer that is cut off, empty or not readable
    ├── RecordError               what happened
    │   ├── RecordUnwritable      the place cannot be written
    │   ├── RecordFull            no room left
    │   ├── RecordUnreadable      not a record, or one of a newer toolkit
    │   ├── RecordBusy            somebody else is writing
    │   ├── RecordMoved           another file lies where the record was
    │   └── EventConflict         one event id, two different events
    ├── SessionError              what may not be done now
    │   ├── NotEnrolled           a step before enrolment or consent
    │   │   └── NotInvited        a code that is on no list of invitations
    │   ├── OpenElsewhere         the same person is at work in another window
    │   ├── NotNow                the conversation is not in a state for this step
    │   └── Withdrawn             the participant has left the study
    ├── AnalysisError             rows that an analysis may not use
    └── SetupError                the machine lacks something a command needs
"""

from dataclasses import dataclass


class ParallaxError(Exception):
    """Something Parallax noticed and can explain; the message is meant for people."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a traceback: the message alone."""
        return str(self).splitlines()


class DesignError(ParallaxError):
    """Something is wrong with what people wrote under ``personas/``."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong in one file: where it is, what was found, what is allowed.

    ``line`` counts from 1 and is 0 when the complaint is about the file as a whole; ``field`` is
    a dotted path and empty for the same reason.
    """

    file: str
    line: int
    field: str
    got: str
    wanted: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}:{field} got {self.got}; wanted {self.wanted}.{hint}"


class InvalidFiles(DesignError):
    """Files do not say what their schema asks for; ``complaints`` lists everything found."""

    def __init__(self, complaints: "tuple[Complaint, ...] | list[Complaint]") -> None:
        self.complaints = tuple(complaints)
        count = len(self.complaints)
        noun = "problem" if count == 1 else "problems"
        lines = "\n".join(f"  {complaint}" for complaint in self.complaints)
        super().__init__(
            f"{count} {noun} in what was written:\n{lines}\n"
            "Mend the lines above, then run `parallax check` again."
        )


class UnknownName(DesignError):
    """No study, persona, scenario or endpoint alias goes by this name."""


class BadIdentifier(DesignError):
    """An id breaks the id grammar, or a path would leave the folder it belongs to."""


class StudyChanged(DesignError):
    """The study's files are not the ones that were frozen; running would mix two studies."""


class StudyClosed(DesignError):
    """Collection under this freeze was closed; more of it would be another study's."""


class PlanRefused(DesignError):
    """Raters, items and contrasts as planned cannot be assigned without breaking a rule."""


class EndpointError(ParallaxError):
    """The AI could not answer; ``attempts`` and ``partial`` keep what did happen.

    Attributes:
        attempts: one value per request made, in order (``toolkit.endpoints.CallAttempt``).
        partial: the text received before the failure, possibly empty.
        thoughts: the thoughts received before it.
        word: the server's own word for it: a finish reason or an error code; empty without one.
        retry_after: seconds the server asked to be left alone, if it did.
        final: True when another attempt cannot help, whatever the class: a quota that is spent is
            no rush that passes.
    """

    def __init__(
        self,
        message: str,
        *,
        attempts: tuple[object, ...] = (),
        partial: str = "",
        thoughts: str = "",
        word: str = "",
        retry_after: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(message)
        self.attempts = attempts
        self.partial = partial
        self.thoughts = thoughts
        self.word = word
        self.retry_after = retry_after
        self.final = final


class BadEndpoint(EndpointError):
    """The endpoint's name or address cannot be used as written."""


class HostNotAllowed(EndpointError):
    """The study's allow-list does not name this host, so nothing was sent to it."""


class KeyRefused(EndpointError):
    """The server wants a key and did not accept what it was given."""


class EndpointNotFound(EndpointError):
    """The server answers, but knows no model or path of this name."""


class EndpointUnreachable(EndpointError):
    """No server answers at this address, or the connection broke before an answer began."""


class RequestRefused(EndpointError):
    """The server read the request and rejected it, for example because it is too long."""


class RateLimited(EndpointError):
    """The server asked to slow down and still did after every allowed retry."""


class EndpointFailed(EndpointError):
    """The server reported a fault of its own after every allowed retry."""


class EndpointTimeout(EndpointError):
    """The answer did not begin, or did not end, within the time allowed."""


class BadAnswer(EndpointError):
    """The answer is cut off, empty or cannot be read."""


class RecordError(ParallaxError):
    """The record of what happened cannot be used as asked."""


class RecordUnwritable(RecordError):
    """The record's folder or database cannot be written."""


class RecordFull(RecordError):
    """There is no room left where the record lives."""


class RecordUnreadable(RecordError):
    """This is not a Parallax record, or a newer toolkit wrote it."""


class RecordBusy(RecordError):
    """Another writer holds the record for longer than we are willing to wait."""


class RecordMoved(RecordError):
    """What lies at the record's place is not what was opened, or was kept, there."""


class EventConflict(RecordError):
    """An event id that is already kept came back with different content."""


class SessionError(ParallaxError):
    """This step is not possible at this point of a session."""


class NotEnrolled(SessionError):
    """A code has to be entered and the consent given before this step."""


class NotInvited(NotEnrolled):
    """The study has a list of invitations, and this code is not on it."""


class OpenElsewhere(SessionError):
    """The same participant is writing from another window; this one can only read."""


class NotNow(SessionError):
    """The conversation is not in a state in which this step makes sense."""


class Withdrawn(SessionError):
    """The participant has withdrawn; nothing more is kept."""


class AnalysisError(ParallaxError):
    """These rows cannot support what was asked of them."""


class SetupError(ParallaxError):
    """This machine lacks something the command needs: a port, a model file, a program."""
