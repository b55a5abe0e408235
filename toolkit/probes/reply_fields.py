"""What a Reply row keeps of how its job ended: the text, the exchange and what was decided."""

from collections.abc import Sequence
from typing import Any

from toolkit.endpoints import Answer
from toolkit.probes.decision import decide
from toolkit.probes.engine import Ended
from toolkit.session import SentRequest


def reply_fields(
    asked: SentRequest, ended: Ended, seconds: float, *, words: Sequence[str]
) -> dict[str, Any]:
    """Fields of a Reply.

    Args:
        asked: what was sent to whom.
        ended: an answer, or the failure.
        seconds: what that took, retries included.
        words: answers it was asked to choose from; what it decided is read off the answer.
    """
    if not isinstance(ended, Answer):
        exchange = asked.failed(ended, seconds=seconds)
        return {"text": ended.partial, "exchange": exchange, "decision": None}
    decision = decide(ended.logprobs, words) if words else None
    return {
        "text": ended.text,
        "exchange": asked.answered(ended),
        "decision": decision.masses if decision else None,
    }
