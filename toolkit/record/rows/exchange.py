"""Exchange: what asking an endpoint once took; part of a Turn and of a Reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from toolkit.canon import content_hash
from toolkit.errors import RecordUnreadable
from toolkit.record.rows.row import SEALABLE, Stored, Words

Ending = Literal["answered", "truncated", "refused", "empty", "stopped", "errored"]
"""How one exchange ended.

``answered``: complete. ``truncated``: the length limit cut it. ``refused``: the endpoint itself
said it declines (a content filter, a refusal field, or an error by which servers refuse; a polite
"I can't" is still ``answered``).
``empty``: complete and without text. ``stopped``: the tester pressed Stop. ``errored``: no usable
answer; ``error`` says why.
"""

_LATER = ("thoughts", "system_fingerprint", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Stored):
    """One request to the endpoint, whether it worked or not."""

    number: int
    """From 1."""
    started_at: str
    seconds: float
    status: int | None
    """HTTP status, or None when none was received."""
    error: str
    """Empty when the attempt worked, else the name of the exception."""
    message: Words
    waited: float
    """Seconds waited before this attempt."""
    raw: Words = ""
    """What the server sent in place of an answer, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Stored):
    """Tokens as the endpoint counted them; None where it did not say."""

    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Stored):
    """What asking for one answer took: exactly what was sent, and all that came of it."""

    outcome: Ending
    answers: str
    """``turn_id`` of the tester's turn that was sent."""
    messages: Annotated[tuple[dict[str, str], ...], SEALABLE]
    """Exactly what was sent, ``{"role": …, "content": …}`` each; ``turn`` names the event of the
    same conversation whose text it is. Stored, such a message has no content, and the first one
    is the ``digest`` of all in full."""
    endpoint: str
    model_reported: str
    """The model the server says it used; empty when it does not say."""
    parameters: dict[str, Any]
    seed: int | None
    usage: Usage | None
    seconds: float
    """From the first attempt to the last token."""
    first_token_seconds: float | None
    """From the start of the successful attempt to its first token."""
    finish_reason: str
    """The server's own word for how it ended: a finish reason, or the code of an error."""
    attempts: tuple[Attempt, ...]
    error: Words
    """Empty, or why there is no usable answer."""
    thoughts: Words = ""
    """What a reasoning model thought; no part of the text, shown to nobody who rates."""
    system_fingerprint: str = ""
    """Of the system that answered, as the server named it."""
    region: str = ""
    """Where, or by which provider behind a gateway, the server says it answered."""


def lean_exchange(body: dict[str, Any]) -> dict[str, Any]:
    """Take from a row's exchange, if it has one, the fields of later versions that are empty.

    Args:
        body: of the row, as JSON values; changed in place.
    """
    if asked := body["exchange"]:
        for part, names in ((asked, _LATER), *((one, ("raw",)) for one in asked["attempts"])):
            for name in names:
                if not part[name]:
                    del part[name]
    return body


def refers(messages: Sequence[dict[str, str]]) -> bool:
    """Tell whether messages are as ``refer`` left them."""
    return bool(messages) and "digest" in messages[0]


def refer(messages: Sequence[dict[str, str]]) -> Sequence[dict[str, str]]:
    """Leave out the contents that earlier events hold; ``resolve`` puts them back.

    Args:
        messages: in full; those that refer already stay as they are.
    """
    if refers(messages) or not any("turn" in one for one in messages):
        return messages
    kept = [
        {key: one[key] for key in one if key != "content"} if "turn" in one else one
        for one in messages
    ]
    return [{"digest": content_hash(list(messages))}, *kept]


def resolve(
    messages: Sequence[dict[str, str]], texts: Mapping[str, str]
) -> tuple[dict[str, str], ...]:
    """Put the contents back that ``refer`` left out.

    Args:
        messages: as they are stored.
        texts: event id to its text, of the whole conversation before.

    Raises:
        RecordUnreadable: if an event is missing, or its text is not what was sent.
    """
    first, *kept = messages
    whole = tuple(
        {"content": texts.get(one["turn"], ""), **one} if "turn" in one else one for one in kept
    )
    if content_hash(list(whole)) == first["digest"]:
        return whole
    raise RecordUnreadable(
        "record: an exchange refers to earlier turns that are not as they were when it was sent; "
        "wanted all of them. Run `parallax verify` to see what was changed."
    )
