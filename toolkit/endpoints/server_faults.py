"""What a server's own words make of an attempt: a refusal, another kind of failure, or an answer.

Streams, whole answers and the lines of batch files are judged here by the same rules.
"""

import json
import re
from dataclasses import replace
from typing import Any

from toolkit.canon import timestamp
from toolkit.endpoints.answer_body import KEPT, Unreadable
from toolkit.endpoints.attempt_failure import Fault, quoted
from toolkit.endpoints.endings import FaultRule, fault_rule, refusal_in
from toolkit.endpoints.endpoint import Answer, CallAttempt, Settings
from toolkit.endpoints.partial_answer import PartialAnswer, ServerError, writable
from toolkit.endpoints.server_words import ServerWords, words_of
from toolkit.errors import BadAnswer, EndpointError, EndpointFailed

_BY_NAME = {one.__name__: one for one in EndpointError.__subclasses__()}
_CLEAR = frozenset({401, 407, 408})
"""Statuses that say what is wrong, whatever the words are."""
_SENT_AGAIN = FaultRule(
    re.compile(""), "", "an answer", "Send the unit again in a run or another batch."
)


def by_words(fault: Fault, words: ServerWords, *, key: str = "") -> Fault:
    """Let the server's own words say what a fault means, where they do.

    Args:
        fault: as its status alone says.
        words: the server's.
        key: blanked out.
    """
    word = quoted(words.code, secret=key)
    codes = (*words.codes, str(fault.status or ""))
    if refusal := refusal_in(codes, words.text, status=fault.status):
        return replace(fault, word=word, refusal=quoted(refusal, secret=key))
    own = fault.status in _CLEAR or (fault.status or 0) >= 500
    rule = None if own else fault_rule(words.all)
    if rule is None:
        return replace(fault, word=word)
    return replace(fault, word=word, kind=_BY_NAME[rule.kind], rule=rule, final=rule.final)


def said_fault(error: ServerError, *, key: str = "") -> Fault:
    """Judge an error that stands where a part of the answer belongs.

    Args:
        error: with the server's words.
        key: blanked out.
    """
    said = quoted(str(error), secret=key)
    fault = Fault(EndpointFailed, f"an answer broken off (the server says: {said})")
    return by_words(fault, error.words, key=key)


def end_of(
    found: PartialAnswer, fault: Fault | None, *, beside: str = "", kind: str = "", key: str = ""
) -> Fault | None:
    """Judge what has arrived once nothing more comes; None when it is an answer.

    Args:
        found: what has arrived; a refusal of the fault's becomes how it ended.
        fault: what went wrong while it came.
        beside: what came that is no part of an answer.
        kind: the content type, for messages.
        key: blanked out.
    """
    # Declined, before a word was written or after: kept apart from failures.
    found.declined(fault.refusal if fault else "")
    status = fault.status if fault else None
    if found.complete:
        # An answer that the server ended properly is whole, however the connection ended.
        if found.ending != "errored":
            return None
        word = quoted(found.finish_reason, secret=key)
        got = f"an answer that ended in {word!a}, which is no known way to end one"
        return fault or Fault(BadAnswer, got, word=word)
    if fault is not None:
        return fault
    said = quoted(found.noted.text or beside, secret=key)
    told = f" ({kind + '; ' if kind else ''}the server says: {said})" if said else ""
    stops = found.begun or not said
    got = "an answer that stops before its end" if stops else "something that is no answer"
    fresh = Fault(BadAnswer, f"{got}{told}", status)
    return by_words(fresh, found.noted, key=key)


def read_body(body: object, settings: Settings, *, who: str, status: int = 200) -> Answer:
    """Read the body of one answer, as a server would have sent it.

    How long it took is not in it: ``seconds`` is 0 and there are no attempts.

    Args:
        body: parsed JSON; with another status than 200, the error.
        settings: how it was asked for.
        who: the endpoint's name, for messages.
        status: of HTTP.

    Raises:
        EndpointError: if it is no whole chat completion, or the server's word that it failed.
    """
    found = PartialAnswer()
    fault = _status_fault(body, status) if status != 200 else _taken(found, body)
    found.end()
    found.done = True
    if fault := end_of(found, fault):
        fault = fault if fault.rule else replace(fault, rule=_SENT_AGAIN)
        raise fault.error(who, attempts=(_attempt(fault, status, body),), found=found)
    parameters: dict[str, Any] = settings.parameters()
    return found.answer(parameters=parameters, seconds=0.0, first_token_seconds=None)


def _attempt(fault: Fault, status: int, body: object) -> CallAttempt:
    """Keep what the service sent; when, nobody knows but the service."""
    return CallAttempt(
        number=1,
        started_at=timestamp(),
        seconds=0.0,
        status=status,
        error=fault.kind.__name__,
        message=fault.got,
        waited=0.0,
        raw=writable(json.dumps(body, ensure_ascii=False)[:KEPT]),
    )


def _status_fault(body: object, status: int) -> Fault:
    words = words_of(body)
    got = f"status {status} (the server says: {quoted(words.text) or 'nothing'})"
    return by_words(Fault(EndpointFailed, got, status=status), words)


def _taken(found: PartialAnswer, body: object) -> Fault | None:
    try:
        found.take(body)
    except ServerError as problem:
        return said_fault(problem)
    except Unreadable as problem:
        return Fault(BadAnswer, f"{problem} in the place of an answer")
    return None
