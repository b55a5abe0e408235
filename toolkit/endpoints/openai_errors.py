"""Error mapping: what the exceptions of the SDK and of its two transports mean, in our words."""

import json
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import openai

from toolkit.endpoints.attempt_failure import Fault, quoted
from toolkit.endpoints.partial_answer import ServerError, Unreadable
from toolkit.endpoints.retries import IN_CONVERSATION, retry_after
from toolkit.errors import (
    BadAnswer,
    EndpointError,
    EndpointFailed,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    HostNotAllowed,
    KeyRefused,
    RateLimited,
    RequestRefused,
)

KINDS: dict[type[Exception], tuple[type[EndpointError], str]] = {
    openai.APIConnectionError: (EndpointUnreachable, "no connection"),
    openai.APIError: (EndpointFailed, "an error"),
    openai.APIResponseValidationError: (BadAnswer, "an answer of the wrong shape"),
    openai.APIStatusError: (RequestRefused, "the request was refused"),
    openai.APITimeoutError: (EndpointTimeout, "no answer in time"),
    openai.AuthenticationError: (KeyRefused, "the key was refused"),
    openai.BadRequestError: (RequestRefused, "the request was refused"),
    openai.ConflictError: (RequestRefused, "the request was in conflict with another"),
    openai.ContentFilterFinishReasonError: (BadAnswer, "an answer withheld by a filter"),
    openai.InternalServerError: (EndpointFailed, "a fault of the server"),
    openai.InvalidWebhookSignatureError: (BadAnswer, "a message with a wrong signature"),
    openai.LengthFinishReasonError: (BadAnswer, "an answer cut off at the length limit"),
    openai.NotFoundError: (EndpointNotFound, "no such model or path"),
    openai.OAuthError: (KeyRefused, "the key was refused"),
    openai.OpenAIError: (EndpointFailed, "an error of the client library"),
    openai.PermissionDeniedError: (KeyRefused, "the key does not permit this"),
    openai.RateLimitError: (RateLimited, "too many requests"),
    openai.UnprocessableEntityError: (RequestRefused, "the request was refused"),
    openai.WebSocketConnectionClosedError: (EndpointUnreachable, "a closed connection"),
    openai.WebSocketQueueFullError: (EndpointFailed, "a full queue"),
    openai._exceptions.SubjectTokenProviderError: (KeyRefused, "the key was refused"),
}
"""Every exception class of the SDK; a new one fails a test instead of a conversation."""


def explain(error: Exception, *, key: str) -> Fault | None:
    """Say in our words what an exception of the SDK or its transport means; None for others.

    Args:
        error: whatever was raised while sending or reading.
        key: the key that was sent, so that it can be kept out of every message.
    """
    match error:
        case openai.APIStatusError():
            return _status_fault(error, key)
        case openai.APITimeoutError() | httpx2.TimeoutException():
            return Fault(EndpointTimeout, "no answer in time")
        case openai.APIConnectionError() | httpx2.TransportError() | OSError():
            return Fault(EndpointUnreachable, _connection(error))
        case ServerError():
            said = quoted(str(error), secret=key)
            return Fault(EndpointFailed, f"an answer broken off (the server says: {said})")
        case json.JSONDecodeError() | RecursionError() | UnicodeDecodeError():
            return Fault(BadAnswer, "an answer that is not readable as JSON")
        case Unreadable():
            return Fault(BadAnswer, f"{error} instead of an answer")
        case httpx2.HTTPError() | httpx2.StreamError() | httpx2.InvalidURL():
            return Fault(BadAnswer, "an answer that is not readable as HTTP")
        case openai.OpenAIError() | openai.InvalidWebhookSignatureError():
            return Fault(*_kind(error))
    return None


def _kind(error: Exception) -> tuple[type[EndpointError], str]:
    return next(KINDS[one] for one in type(error).__mro__ if one in KINDS)


def _status_fault(error: openai.APIStatusError, key: str) -> Fault:
    kind, got = _kind(error)
    if 300 <= error.status_code < 400:
        return _redirect_fault(error)
    if kind is KeyRefused and not key:
        got = "no key was sent and the server wants one"
    said = quoted(_server_says(error), secret=key)
    wait = retry_after(error.response.headers)
    asked = f", asking to wait {wait:.0f} s" if wait and wait > IN_CONVERSATION.longest_wait else ""
    return Fault(
        kind,
        f"{got} (status {error.status_code}{asked}; the server says: {said or 'nothing'})",
        status=error.status_code,
        retry_after=wait,
        final=error.code == "insufficient_quota",
        code=error.code or "",
    )


def _redirect_fault(error: openai.APIStatusError) -> Fault:
    target = error.response.headers.get("location", "")
    place = quoted(urlsplit(target).hostname or "another path of the same host")
    return Fault(
        HostNotAllowed,
        f"a redirect to {place} (status {error.status_code}), which is never followed",
        status=error.status_code,
    )


def _server_says(error: openai.APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict) and isinstance(message := body.get("message"), str):
        return message
    if isinstance(body, str):
        return body
    return json.dumps(body) if body else ""


def _connection(error: Exception) -> str:
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                return "the host's name leads nowhere"
            case ConnectionRefusedError():
                return "nobody listens at this address"
            case ssl.SSLCertVerificationError():
                return "the server's certificate is not trusted on this machine"
            case ssl.SSLError():
                return "no secure connection could be made"
            case httpx2.RemoteProtocolError() | httpx2.ReadError() | ConnectionResetError():
                return "the connection broke"
    return "no connection could be made"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
