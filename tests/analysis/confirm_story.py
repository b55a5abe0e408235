"""A confirm stage written by hand, on top of the explore story: rows as entries, no database."""

from dataclasses import replace
from typing import Any

from story import Story

from toolkit.record import (
    Choice,
    Exchange,
    Guess,
    Item,
    Passed,
    RaterSeat,
    Rating,
    Reply,
    Sweep,
    SweepEnd,
    Usage,
)

FREEZE = "sha256:one"


def exchange(unit_id: str, outcome: str = "answered", **changed: Any) -> Exchange:
    fields: dict[str, Any] = {
        "outcome": outcome,
        "answers": unit_id,
        "messages": ({"role": "user", "content": "Where is it?"},),
        "endpoint": "scripted:courteous",
        "model_reported": "scripted",
        "parameters": {},
        "seed": 11,
        "usage": Usage(prompt_tokens=10, completion_tokens=4),
        "seconds": 0.5,
        "first_token_seconds": None,
        "finish_reason": "stop",
        "attempts": (),
        "error": "",
    }
    return Exchange(**{**fields, **changed})


class ConfirmStory(Story):
    """Rows of the confirm stage; a reply is to the contrast ``parcel`` in the arm it is told."""

    def sweep(
        self, name: str = "w1", *, confirm_hash: str = FREEZE, design: dict[str, Any] | None = None
    ) -> None:
        self.rows.append(
            Sweep(
                sweep_id=name,
                study_id="small",
                study_hash="h",
                confirm_hash=confirm_hash,
                unfrozen=False,
                planned=4,
                due=4,
                endpoints={"assistant": "scripted:courteous"},
                settings={},
                design=design or {"contrasts": {}},
                toolkit_version="0.1.0",
            )
        )

    def sweep_end(self, name: str = "w1") -> None:
        self.rows.append(
            SweepEnd(
                sweep_id=name,
                reason="finished",
                replies=4,
                errored=0,
                prompt_tokens=40,
                completion_tokens=16,
                cost=0.0,
            )
        )

    def reply(
        self, unit: str, arm: str = "reference", persona: str = "ada", **changed: Any
    ) -> None:
        outcome = changed.pop("outcome", "answered")
        asked = changed.pop("asked", {})
        fields: dict[str, Any] = {
            "unit_id": unit,
            "sweep_id": "w1",
            "confirm_hash": FREEZE,
            "contrast_id": "parcel",
            "contrast_hash": "c",
            "scenario_id": "late-parcel",
            "scenario_hash": "h",
            "origin": "planned",
            "cueing": "explicit",
            "arm": arm,
            "persona_id": persona,
            "persona_hash": "h",
            "replicate": 0,
            "endpoint_alias": "assistant",
            "slots": {"name": "Ada"},
            "text": "" if outcome == "errored" else "It is on its way.",
            "exchange": exchange(unit, outcome, **asked),
        }
        self.rows.append(Reply(**{**fields, **changed}))

    def rater(self, name: str, by: str, *, seat: int = 0, **changed: Any) -> None:
        fields: dict[str, Any] = {
            "session_id": name,
            "study_id": "small",
            "confirm_hash": FREEZE,
            "participant_id": by,
            "simulated": False,
            "seat": seat,
            "holder": 0,
            "items": 4,
            "form": "single",
            "show_cue": False,
            "toolkit_version": "0.1.0",
        }
        self.rows.append(RaterSeat(**{**fields, **changed}))

    def item(self, session: str, item: str, position: int, *units: str, **changed: Any) -> None:
        fields: dict[str, Any] = {
            "item_id": item,
            "session_id": session,
            "position": position,
            "purpose": "rating",
            "form": "pair" if len(units) == 2 else "single",
            "unit_ids": units,
            "overlap": False,
            "repeats": None,
            "shown": {"title": "A late parcel"},
        }
        self.rows.append(Item(**{**fields, **changed}))

    def judge(
        self, session: str, rating: str, item: str, value: int | None, **changed: Any
    ) -> None:
        fields: dict[str, Any] = {
            "rating_id": rating,
            "session_id": session,
            "turn_id": None,
            "question": "respected",
            "dimension": "respect",
            "value": value,
            "item_id": item,
        }
        self.rows.append(Rating(**{**fields, **changed}))

    def choose(self, session: str, choice: str, item: str, preferred: str, why: str = "") -> None:
        self.rows.append(
            Choice(
                choice_id=choice,
                session_id=session,
                item_id=item,
                preferred=preferred,  # type: ignore[arg-type]
                why=why,
            )
        )

    def pass_over(self, session: str, passed: str, item: str) -> None:
        self.rows.append(Passed(passed_id=passed, session_id=session, item_id=item))

    def guess(self, session: str, guess: str, item: str, guessed: str | None) -> None:
        self.rows.append(
            Guess(
                guess_id=guess,
                session_id=session,
                item_id=item,
                options=("ada", "ben"),
                guessed=guessed,
            )
        )

    def again(self, unit: str, attempt: int, **changed: Any) -> None:
        """Send a failed unit again."""
        first = next(row for row in self.rows if isinstance(row, Reply) and row.unit_id == unit)
        fixed = replace(first, attempt_of=attempt, text="It is here.", exchange=exchange(unit))
        self.rows.append(replace(fixed, **changed))


def swept(tale: ConfirmStory) -> ConfirmStory:
    """Four replies: a reference, a swap that failed at first, one refused, one cut off."""
    tale.sweep()
    tale.reply("u-ref")
    tale.reply("u-ben", "swap", "ben", outcome="errored", asked={"usage": None, "error": "no"})
    tale.reply("u-para", "paraphrase", outcome="refused")
    tale.reply("u-same", "resample", outcome="truncated")
    tale.again("u-ben", 1)
    tale.sweep_end()
    return tale


def rated(tale: ConfirmStory) -> ConfirmStory:
    """One rater with a single item of every kind, and one whose only item is a pair."""
    swept(tale)
    tale.person("p-rater", seat=2)
    tale.consent("p-rater")
    tale.rater("r1", "p-rater")
    tale.item("r1", "i-ben", 0, "u-ben", overlap=True)
    tale.judge("r1", "j1", "i-ben", 2)
    tale.judge("r1", "j2", "i-ben", 3, supersedes="j1", comment="Warmer on a second look.")
    tale.judge("r1", "j3", "i-ben", None, question="accurate", dimension="accuracy")
    tale.item("r1", "i-para", 1, "u-para")
    tale.judge("r1", "j4", "i-para", 1)
    tale.item("r1", "i-check", 2, purpose="attention", expected=2)
    tale.judge("r1", "j5", "i-check", 2)
    tale.item("r1", "i-again", 3, "u-ben", purpose="repeat", repeats="i-ben")
    tale.judge("r1", "j6", "i-again", 4)
    tale.item("r1", "i-pass", 4, "u-ref")
    tale.judge("r1", "j7", "i-pass", 5)
    tale.pass_over("r1", "x1", "i-pass")
    tale.guess("r1", "g1", "i-ben", "ada")
    tale.guess("r1", "g2", "i-ben", "ben")
    tale.end("r1")
    tale.person("p-machine", seat=3, simulated=True)
    tale.rater("r2", "p-machine", seat=1, simulated=True, form="pair")
    tale.item("r2", "i-pair", 0, "u-ben", "u-ref")
    tale.choose("r2", "c1", "i-pair", "equal")
    tale.choose("r2", "c2", "i-pair", "right", why="Kinder.")
    return tale
