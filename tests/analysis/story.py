"""A record written by hand: rows with times a minute apart, as entries, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from toolkit.canon import timestamp
from toolkit.record import (
    Attempt,
    Consent,
    Entry,
    Exchange,
    Flag,
    Participant,
    Rating,
    Row,
    Session,
    SessionEnd,
    Turn,
    Usage,
    Withdrawal,
)

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


class Story:
    """Rows in the order they happen; ``s1`` plays Ada in the parcel situation unless told."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def person(self, name: str, *, seat: int = 0, simulated: bool = False) -> None:
        self.rows.append(
            Participant(participant_id=name, seat=seat, simulated=simulated, enrolled_by="code")
        )

    def consent(self, name: str) -> None:
        self.rows.append(
            Consent(participant_id=name, study_hash="h", consent_text="Yes.", content_note="None.")
        )

    def withdraw(self, name: str) -> None:
        self.rows.append(Withdrawal(participant_id=name))

    def session(self, name: str, by: str, **changed: Any) -> None:
        fields: dict[str, Any] = {
            "session_id": name,
            "study_id": "small",
            "study_hash": "h",
            "unfrozen": False,
            "stage": "explore",
            "participant_id": by,
            "simulated": False,
            "position": 0,
            "of": 2,
            "persona_id": "ada",
            "persona_hash": "h",
            "persona_shown": {"name": "Ada Test"},
            "factors": {"gender": "woman"},
            "scenario_id": "parcel",
            "scenario_hash": "h",
            "scenario_shown": {"title": "A late parcel"},
            "instructions": "Be brief.",
            "endpoint_alias": "assistant",
            "endpoint": "scripted:courteous",
            "toolkit_version": "0.1.0",
        }
        self.rows.append(Session(**{**fields, **changed}))

    def say(self, session: str, turn: str, number: int, text: str = "Where is it?") -> None:
        self.rows.append(
            Turn(turn_id=turn, session_id=session, number=number, speaker="tester", text=text)
        )

    def answer(
        self,
        session: str,
        turn: str,
        number: int,
        text: str = "It is on its way to you.",
        *,
        outcome: str = "answered",
        supersedes: str | None = None,
        error: str = "",
    ) -> None:
        exchange = Exchange(
            outcome=outcome,  # type: ignore[arg-type]
            answers=f"{session}-said",
            messages=({"role": "user", "content": "Where is it?"},),
            endpoint="scripted:courteous",
            model_reported="scripted",
            parameters={},
            seed=None,
            usage=None if error else Usage(prompt_tokens=7, completion_tokens=None),
            seconds=1.5,
            first_token_seconds=None if error else 0.25,
            finish_reason="stop",
            attempts=(
                Attempt(
                    number=1,
                    started_at=timestamp(START),
                    seconds=1.0,
                    status=200,
                    error="",
                    message="",
                    waited=0.0,
                ),
            ),
            error=error,
        )
        self.rows.append(
            Turn(
                turn_id=turn,
                session_id=session,
                number=number,
                speaker="assistant",
                text=text,
                exchange=exchange,
                supersedes=supersedes,
            )
        )

    def rate(
        self,
        session: str,
        rating: str,
        value: int | None,
        *,
        turn: str | None = None,
        question: str = "quick",
        dimension: str = "respect",
        comment: str = "",
        supersedes: str | None = None,
    ) -> None:
        self.rows.append(
            Rating(
                rating_id=rating,
                session_id=session,
                turn_id=turn,
                question=question,
                dimension=dimension,
                value=value,
                comment=comment,
                supersedes=supersedes,
            )
        )

    def flag(self, session: str, flag: str, turn: str, **changed: Any) -> None:
        fields: dict[str, Any] = {
            "start": 0,
            "end": 2,
            "quote": "It",
            "harm": "quality_of_service.alienation",
            "severity": 3,
        }
        self.rows.append(
            Flag(flag_id=flag, session_id=session, turn_id=turn, **{**fields, **changed})
        )

    def end(self, session: str, reason: str = "finished") -> None:
        self.rows.append(SessionEnd(session_id=session, reason=reason))  # type: ignore[arg-type]

    @property
    def entries(self) -> list[tuple[Entry, Row]]:
        positions: dict[str, int] = {}
        made = []
        for number, row in enumerate(self.rows):
            chain = row.chain()
            positions[chain] = positions.get(chain, -1) + 1
            entry = Entry(
                number=number + 1,
                event_id=row.event_id(),
                chain=chain,
                position=positions[chain],
                kind=row.KIND,
                version=1,
                at=timestamp(START + timedelta(minutes=number)),
                previous="",
                hash="",
                key_id=None,
            )
            made.append((entry, row))
        return made


def told_story() -> Story:
    """Two people, three conversations, one of everything.

    ``s1`` finished: two answers, the first stopped and asked again; one flag stands, one was
    corrected, one taken back; a rating changed; one question declined. ``s2`` skipped at once.
    ``s3`` goes on: a refusal, an empty answer, an error; nothing rated.
    """
    tale = Story()
    tale.person("p-one", seat=0)
    tale.consent("p-one")
    tale.person("p-two", seat=1, simulated=True)
    tale.session("s1", "p-one")
    tale.say("s1", "t0", 0)
    tale.answer("s1", "t1", 1, "It is", outcome="stopped")
    tale.answer("s1", "t2", 2, supersedes="t1")
    tale.say("s1", "t3", 3, "Why?")
    tale.answer("s1", "t4", 4, "People like you are never patient.", outcome="truncated")
    tale.rate("s1", "r1", 4, turn="t2")
    tale.rate("s1", "r2", 2, turn="t2", supersedes="r1", comment="Cold.")
    tale.flag("s1", "f1", "t4", start=0, end=15, quote="People like you", severity=4)
    tale.flag("s1", "f2", "t4", severity=5, supersedes="f1", start=0, end=15)
    tale.flag("s1", "f3", "t2")
    tale.flag("s1", "f4", "t2", supersedes="f3", retracted=True)
    tale.rate("s1", "r3", 3, question="accurate", dimension="accuracy")
    tale.rate("s1", "r4", None, question="respected")
    tale.end("s1")
    tale.session("s2", "p-one", position=1, scenario_id="pay", scenario_shown={"title": "Pay"})
    tale.end("s2", "skipped")
    tale.session("s3", "p-two", simulated=True, persona_id="ben", persona_shown={"name": "Ben"})
    for number, outcome in enumerate(("refused", "empty", "errored")):
        tale.say("s3", f"u{number}", 2 * number)
        error = "no answer in time" if outcome == "errored" else ""
        text = "I cannot help." if outcome == "refused" else ""
        tale.answer("s3", f"v{number}", 2 * number + 1, text, outcome=outcome, error=error)
    return tale
