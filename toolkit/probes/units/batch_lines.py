"""The lines of batch files: what a service is asked, and what it gives back."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.endpoints import Answer, Settings, read_body, request_body
from toolkit.errors import BadAnswer, EndpointError
from toolkit.probes.engine import Ended, Job

URL = "/v1/chat/completions"
"""Where a batch service sends each request."""


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
    encoding = _encoding(path)
    with path.open(encoding=encoding) as stream:
        try:
            for number, text in enumerate(stream, start=1):
                if text.strip():
                    yield _result(text, f"{path.name}:{number}", known)
        except UnicodeDecodeError:
            raise BadAnswer(
                f"{path.name}: got bytes that are no text in {encoding.upper()}, as when an editor "
                "saved the file in another encoding; wanted UTF-8 or UTF-16. Nothing was kept. "
                "Save it as UTF-8, or download it again."
            ) from None


def _encoding(path: Path) -> str:
    """Tell by how a file begins in which of the UTF encodings it was saved; editors change it."""
    with path.open("rb") as stream:
        return json.detect_encoding(stream.read(4).ljust(4, b" "))


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
    response, named = line.get("response"), f"{who} in a batch ({_name(line)})"
    if not isinstance(response, Mapping):
        return read_body({"error": line.get("error") or "nothing"}, settings, who=named)
    status = response.get("status_code")
    return read_body(
        response.get("body"), settings, who=named, status=status if isinstance(status, int) else 200
    )


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


def _name(line: Mapping[str, Any]) -> str:
    return f"request {str(line.get('id') or 'without a name')[:80]}"
