"""Error mapping: what the exceptions of the SDK and of its two transports mean, in our words."""

import json
import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import openai

from toolkit.endpoints.answer_body import KEPT, Unreadable
from toolkit.endpoints.attempt_failure import Fault, quoted
from toolkit.endpoints.endings import FaultRule
from toolkit.endpoints.partial_answer import ServerError
from toolkit.endpoints.retries import IN_CONVERSATION, retry_after
from toolkit.endpoints.server_faults import by_words, said_fault
from toolkit.endpoints.server_words import words_in
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
_CERTIFICATES = FaultRule(
    re.compile(""),
    "EndpointUnreachable",
    "a certificate that this machine trusts, made out to this host and not expired",
    "Name the file of your company's root certificates (PEM) with --ca-file, or in SSL_CERT_FILE "
    "or REQUESTS_CA_BUNDLE; whoever runs the network knows where it lies.",
)


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
            return connection_fault(error)
        case ServerError():
            return said_fault(error, key=key)
        case json.JSONDecodeError() | RecursionError() | UnicodeDecodeError():
            return Fault(BadAnswer, "an answer that is not readable as JSON")
        case Unreadable():
            return Fault(BadAnswer, f"{quoted(str(error), secret=key)} instead of an answer")
        case httpx2.HTTPError() | httpx2.StreamError() | httpx2.InvalidURL():
            return Fault(BadAnswer, "an answer that is not readable as HTTP")
        case openai.OpenAIError() | openai.InvalidWebhookSignatureError():
            return Fault(*_kind(error))
    return None


def _kind(error: Exception) -> tuple[type[EndpointError], str]:
    return next(KINDS[one] for one in type(error).__mro__ if one in KINDS)


def _status_fault(error: openai.APIStatusError, key: str) -> Fault:
    kind, got = _kind(error)
    status = error.status_code
    if 300 <= status < 400:
        return _redirect_fault(error)
    if kind is KeyRefused and not key:
        got = "no key was sent and the server wants one"
    words = words_in(error.response.content)
    said = quoted(words.text, secret=key)
    wait = retry_after(error.response.headers)
    asked = f", asking to wait {wait:.0f} s" if wait and wait > IN_CONVERSATION.longest_wait else ""
    fault = Fault(
        kind,
        f"{got} (status {status}{asked}; the server says: {said or 'nothing'})",
        status=status,
        retry_after=wait,
        body=error.response.text[:KEPT],
    )
    return by_words(fault, words, key=key)


def _redirect_fault(error: openai.APIStatusError) -> Fault:
    target = error.response.headers.get("location", "")
    place = quoted(urlsplit(target).hostname or "another path of the same host")
    return Fault(
        HostNotAllowed,
        f"a redirect to {place} (status {error.status_code}), which is never followed",
        status=error.status_code,
    )


def connection_fault(error: Exception) -> Fault:
    """Say why there is no connection, and what to do where that is a matter of certificates."""
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                return Fault(EndpointUnreachable, "the host's name leads nowhere")
            case ConnectionRefusedError():
                return Fault(EndpointUnreachable, "nobody listens at this address")
            case ssl.SSLCertVerificationError():
                return _certificate_fault(cause)
            case ssl.SSLError():
                return Fault(EndpointUnreachable, "no secure connection could be made")
            case httpx2.RemoteProtocolError() | httpx2.ReadError() | ConnectionResetError():
                return Fault(EndpointUnreachable, "the connection broke")
    return Fault(EndpointUnreachable, "no connection could be made")


def _certificate_fault(cause: ssl.SSLCertVerificationError) -> Fault:
    # aiohttp wraps the error in one of its own that is of the same class.
    said = getattr(getattr(cause, "certificate_error", cause), "verify_message", "")
    said = quoted(said or "verification failed")
    got = f"the server's certificate is not trusted on this machine ({said})"
    return Fault(EndpointUnreachable, got, rule=_CERTIFICATES, final=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
