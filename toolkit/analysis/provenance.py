"""Provenance of a judgment: from a blind rating back to the turn that started it."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from toolkit.design import Contrast
from toolkit.errors import AnalysisError
from toolkit.record import (
    Choice,
    Guess,
    Item,
    RaterSeat,
    Rating,
    Reader,
    Record,
    Reply,
    Row,
    Session,
    Sweep,
    Turn,
)
from toolkit.rendering import Readable, shortened, visible, wrapped

_WIDTH = 96
_INDENT = "    "
_R = TypeVar("_R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Readable):
    """The chain behind one judgment; every part is what was kept, unchanged."""

    judgment: Rating | Choice | Guess
    item: Item
    seat: RaterSeat
    replies: tuple[Reply, ...]
    """The replies the item shows: one, left and right, or none for an attention item."""
    contrast: Contrast | None = None
    """As it was sent; None for an attention item, or where the record does not hold it."""
    lead: Turn | None = None
    """The answer in an explore conversation that the contrast was lifted from."""
    lead_session: Session | None = None
    missing: str = ""
    """Why the chain ends before a turn; empty when it does not."""

    def in_words(self) -> str:
        """Write the chain, the newest first."""
        return "\n".join(_lines(self))


def trace(record: Record, event_id: str) -> Trace:
    """Follow a rating, choice or guess of the confirm stage back to where it started.

    Args:
        record: opened; it is only read.
        event_id: id of the rating, choice or guess.

    Raises:
        AnalysisError: if the record holds no such judgment, its rater withdrew, or a link of the
            chain is not in the record.
    """
    reader = record.read(role="analyst", purpose="analysis", include_withdrawn=True)
    judgment = _judgment(reader, event_id)
    item = _found(reader, str(judgment.item_id), Item)
    seat = next(iter(reader.rows(RaterSeat, chain=item.session_id)), None)
    if seat is None:
        raise _broken(f"rater's seat {item.session_id}")
    if seat.participant_id in reader.withdrawn:
        raise AnalysisError(
            f"trace: {event_id} belongs to {seat.participant_id}, who has withdrawn; wanted a "
            "judgment of somebody still in the study. Take one from the frames."
        )
    replies = tuple(_newest(reader, unit_id) for unit_id in item.unit_ids)
    chain = Trace(judgment=judgment, item=item, seat=seat, replies=replies)
    if not replies:
        return replace(chain, missing="an attention item shows no reply")
    sent = replies[0]
    written = _found(reader, sent.sweep_id, Sweep).design.get("contrasts", {})
    if sent.contrast_id not in written:
        missing = f"the run that sent contrast {sent.contrast_id} did not keep it"
        return replace(chain, missing=missing)
    contrast = Contrast.model_validate(written[sent.contrast_id])
    if contrast.hash != sent.contrast_hash:
        missing = f"contrast {sent.contrast_id} is kept otherwise than it was sent"
        return replace(chain, missing=missing)
    return replace(chain, contrast=contrast, **_lead(reader, contrast))


def _judgment(reader: Reader, event_id: str) -> Rating | Choice | Guess:
    for kind in (Rating, Choice, Guess):
        row = reader.find(event_id, kind)
        if isinstance(row, Rating | Choice | Guess) and row.item_id is not None:
            return row
    raise AnalysisError(
        f"trace: got {ascii(event_id)}; wanted the id of a rating, choice or guess of the confirm "
        f"stage that {reader.record.place} holds. Take one from frames.item_ratings, "
        "frames.choices or frames.guesses."
    )


def _newest(reader: Reader, unit_id: str) -> Reply:
    reply, number = _found(reader, unit_id, Reply), 1
    while later := reader.find(f"{unit_id}.{number}", Reply):
        reply, number = later, number + 1
    return reply


def _found(reader: Reader, event_id: str, kind: type[_R]) -> _R:
    if row := reader.find(event_id, kind):
        return row
    raise _broken(f"{kind.KIND} {event_id}")


def _broken(link: str) -> AnalysisError:
    return AnalysisError(
        f"trace: got a record without the {link}; wanted every link of the chain. Check the record "
        "with `parallax verify`."
    )


def _lead(reader: Reader, contrast: Contrast) -> dict[str, Any]:
    """The answer that a contrast was lifted from, or why it is missing."""
    if contrast.lead is None:
        return {"missing": f"contrast {contrast.id} was planned, not lifted from a turn"}
    session = reader.find(contrast.lead.session_id, Session)
    turn = reader.find(contrast.lead.turn_id, Turn)
    if session is None or turn is None:
        return {"missing": f"the turn that contrast {contrast.id} was lifted from is not here"}
    if session.participant_id in reader.withdrawn:
        return {"missing": "whoever found the lead has withdrawn"}
    return {"lead": turn, "lead_session": session}


def _lines(chain: Trace) -> list[str]:
    seat, item = chain.seat, chain.item
    # Who it was, and when in their list, is nobody's business who reads what was said.
    by = "a simulated rater" if seat.simulated else "a rater"
    lines = [*_said(chain.judgment), f"item {item.item_id}, {item.purpose}, shown to {by}"]
    for reply in chain.replies:
        arm = f"{reply.arm} {reply.persona_id}" if reply.arm == "swap" else reply.arm
        lines += [
            f"reply {reply.unit_id}: {arm}, replicate {reply.replicate + 1}, "
            f"{reply.endpoint_alias} ({reply.exchange.endpoint}), {reply.exchange.outcome}",
            *_quoted(reply.text),
        ]
    if one := chain.contrast:
        lines.append(f"contrast {one.id}, {one.origin}, {one.cueing}: {visible(one.title)}")
    if chain.lead and chain.lead_session:
        lines += [
            f"lead: turn {chain.lead.turn_id} of conversation {chain.lead.session_id}, "
            f"situation {chain.lead_session.scenario_id}",
            *_quoted(chain.lead.text),
        ]
    return [*lines, f"here the chain ends: {chain.missing}"] if chain.missing else lines


def _quoted(text: str) -> list[str]:
    return wrapped(f"“{shortened(text, 280)}”", _WIDTH, _INDENT)


def _said(judgment: Rating | Choice | Guess) -> list[str]:
    if isinstance(judgment, Guess):
        return [f"guess {judgment.guess_id}: {judgment.guessed or 'cannot tell'}"]
    if isinstance(judgment, Rating):
        value = "declined" if judgment.value is None else f"{judgment.value} of 5"
        head = f"rating {judgment.rating_id}: {judgment.question} {value}"
    else:
        head = f"choice {judgment.choice_id}: {judgment.preferred}"
    comment = judgment.comment if isinstance(judgment, Rating) else judgment.why
    said = wrapped(f"comment: {visible(comment)}", _WIDTH, _INDENT) if comment else []
    return [head, *said]
