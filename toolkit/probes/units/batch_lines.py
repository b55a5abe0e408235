"""The lines of batch files: what a service is asked, and what it gives back."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.endpoints import Answer, Settings, read_body, request_body
from toolkit.errors import BadAnswer, EndpointError, EndpointFailed
from toolkit.probes.engine import Ended, Job

URL = "/v1/chat/completions"
"""Where a batch service sends each request."""
_SAID = 200
"""Characters of a service's own words that go into a message."""
_AGAIN = "wanted an answer. Send the unit again in a run or another batch."


def request_line(model: str, job: Job) -> str:
    """Write one request as a line of the file that a service takes.

    Args:
        model: as the service knows it.
        job: one unit's.
    """
    body = request_body(model, job.messages, job.settings)
    line = {"custom_id": job.id, "method": "POST", "url": URL, "body": body}
    return json.dumps(line, ensure_ascii=False)


def result_lines(path: Path, known: Collection[str]) -> Iterator[dict[str, Any]]:
    """Read a file of results line by line; the file is read while it is iterated.

    Args:
        path: the file.
        known: the unit ids that may come.

    Raises:
        BadAnswer: at the first line that is no result, or whose unit is not known.
    """
    with path.open(encoding="utf-8", errors="replace") as stream:
        for number, text in enumerate(stream, start=1):
            if text.strip():
                yield _result(text, f"{path.name}:{number}", known)


def ended_in(line: Mapping[str, Any], settings: Settings, who: str) -> Ended:
    """Read the answer a result line brings, or the failure, which names the service's request.

    Args:
        line: of a file of results.
        settings: how the answer was asked for.
        who: the endpoint's name.
    """
    try:
        return _answer(line, settings, who)
    except EndpointError as problem:
        return problem


def _answer(line: Mapping[str, Any], settings: Settings, who: str) -> Answer:
    response = line.get("response")
    if not isinstance(response, Mapping):
        raise EndpointFailed(f"{who}: got no answer in a batch ({_said(line)}); {_AGAIN}")
    status, body = response.get("status_code", 200), response.get("body")
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping) and error.get("code") == "content_filter":
        # Refused before a word was written: a refusal, kept apart from failures.
        body = {"choices": [{"finish_reason": "content_filter", "message": {"content": ""}}]}
    elif status != 200:
        raise EndpointFailed(
            f"{who}: got status {status} in a batch ({_said(line, error)}); {_AGAIN}"
        )
    return read_body(body, settings, who=f"{who} in a batch ({_name(line)})")


def _result(text: str, where: str, known: Collection[str]) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadAnswer(
            f"{where}: got a line that is not JSON; wanted the results as the service gives them, "
            "whole. Nothing was kept. Download the file again."
        ) from problem
    unit_id = line.get("custom_id") if isinstance(line, dict) else None
    if (
        not isinstance(line, dict)
        or not isinstance(unit_id, str)
        or not ({"response", "error"} & line.keys())
    ):
        raise BadAnswer(
            f"{where}: got a line without 'custom_id' and 'response'; wanted a file of results, "
            "not of requests. Nothing was kept. Download the output file of the batch."
        )
    if unit_id not in known:
        raise BadAnswer(
            f"{where}: got the custom_id {ascii(unit_id[:60])}; wanted a unit of this endpoint in "
            "this confirm freeze. Nothing was kept. Read the results of a file that `parallax "
            "batch write` wrote since the freeze, and name its endpoint with --alias."
        )
    return line


def _said(line: Mapping[str, Any], error: object = None) -> str:
    """The service's name for the request, and its own words."""
    error = error or line.get("error")
    words = error.get("message") or error.get("code") if isinstance(error, Mapping) else error
    shown = words if isinstance(words, str) else "nothing"
    return f"{_name(line)}, the service says: {' '.join(shown.split())[:_SAID]}"


def _name(line: Mapping[str, Any]) -> str:
    return f"request {str(line.get('id') or 'without a name')[:80]}"
