"""Tally of the replies of a confirm freeze: how they ended, for whom, and who gave them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from toolkit.canon import canonical_json, text_hash
from toolkit.record.journal.record import Record
from toolkit.record.rows.confirm_rows import Reply
from toolkit.record.rows.exchange import Ending


class UnitFailure(NamedTuple):
    """For whom there was no answer, and why, in the server's own word."""

    persona_id: str
    arm: str
    word: str
    """A finish reason, an error code, or the name of the exception; never empty."""


@dataclass(frozen=True, slots=True)
class ReplyTally:
    """What came of the units of a freeze, each as it was last sent."""

    outcomes: Counter[Ending] = field(default_factory=Counter)
    """How many units ended how."""
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Units with a reply by persona and arm."""
    failures: Counter[UnitFailure] = field(default_factory=Counter)
    """Units without an answer."""
    repeated: int = 0
    """Answered units whose text another one with the same prompt has, letter for letter, beyond
    the first of each text."""
    repeatable: int = 0
    """Answered units beyond the first of each prompt: as many as could be repeated."""
    reported: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    """Alias, then ``model``, ``region`` or ``fingerprint``, then what was reported how often."""


def tally_replies(record: Record, confirm_hash: str) -> ReplyTally:
    """Count the units of a confirm freeze by what came of them when they were last sent.

    Args:
        record: where everything is kept.
        confirm_hash: the confirm freeze the units belong to.
    """
    newest: dict[str, _Seen] = {}
    for row in record.read(role="owner", purpose="collection").each(Reply):
        if row.confirm_hash == confirm_hash:
            newest[row.unit_id] = _seen(row)
    return _tally(list(newest.values()))


class _Seen(NamedTuple):
    alias: str
    persona_id: str
    arm: str
    outcome: Ending
    word: str
    prompt: tuple[str, ...]
    text: str
    reported: tuple[tuple[str, str], ...]


def _seen(row: Reply) -> _Seen:
    asked = row.exchange
    # A resample arm is the reference's prompt once more.
    arm = row.arm if row.arm == "paraphrase" else ""
    reported = (
        ("model", asked.model_reported),
        ("region", asked.region),
        ("fingerprint", asked.system_fingerprint),
    )
    failed = asked.attempts[-1].error if asked.attempts else ""
    slots = canonical_json(row.slots)
    return _Seen(
        row.endpoint_alias,
        row.persona_id,
        row.arm,
        asked.outcome,
        asked.finish_reason or failed or "no word",
        (row.endpoint_alias, row.contrast_id, row.persona_id, arm, slots),
        text_hash(row.text),
        tuple((name, one) for name, one in reported if one),
    )


def _tally(units: list[_Seen]) -> ReplyTally:
    answered = [one for one in units if one.outcome == "answered"]
    errored = [one for one in units if one.outcome == "errored"]
    reported: dict[str, dict[str, Counter[str]]] = {}
    for one in units:
        for name, word in one.reported:
            reported.setdefault(one.alias, {}).setdefault(name, Counter())[word] += 1
    return ReplyTally(
        outcomes=Counter(one.outcome for one in units),
        sent=Counter((one.persona_id, one.arm) for one in units),
        failures=Counter(UnitFailure(one.persona_id, one.arm, one.word) for one in errored),
        repeated=len(answered) - len({(one.prompt, one.text) for one in answered}),
        repeatable=len(answered) - len({one.prompt for one in answered}),
        reported=reported,
    )
