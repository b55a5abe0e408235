"""Requests and answers as files carry them: nothing is sent from here.

Batch services take the bodies of many requests in one file and give the bodies of the answers back
in another. Both are written and read here exactly as a live endpoint writes and reads them.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from toolkit.endpoints.chat_request import Dialect
from toolkit.endpoints.endpoint import Answer, Message, Settings
from toolkit.endpoints.partial_answer import Draft, ServerError, Unreadable
from toolkit.errors import BadAnswer, EndpointFailed


def request_body(model: str, messages: Sequence[Message], settings: Settings) -> dict[str, Any]:
    """Write the body of one request that is answered whole.

    Args:
        model: the name the server knows it by.
        messages: the conversation, system message first.
        settings: how to ask.
    """
    body = Dialect().body(model, messages, dataclasses.replace(settings, stream=False))
    # Whole answers are what a batch gives anyway, and some services refuse the word.
    return {name: value for name, value in body.items() if name != "stream"}


def read_body(body: object, settings: Settings, *, who: str) -> Answer:
    """Read the body of one answer, as a server would have sent it.

    How long it took is not in it: ``seconds`` is 0 and there are no attempts.

    Args:
        body: parsed JSON.
        settings: how it was asked for.
        who: the endpoint's name, for messages.

    Raises:
        BadAnswer: if it is no whole chat completion.
        EndpointFailed: if it is the server's word that it failed.
    """
    draft = Draft()
    try:
        draft.take(body)
    except ServerError as problem:
        raise EndpointFailed(
            f"{who}: got an error in the place of an answer (the server says: {problem}); wanted "
            "an answer. Send it again."
        ) from problem
    except Unreadable as problem:
        raise BadAnswer(
            f"{who}: got {problem} in the place of an answer; wanted a chat completion. Send it "
            "again."
        ) from problem
    draft.end()
    draft.done = True
    if not draft.complete:
        raise BadAnswer(
            f"{who}: got a chat completion without an answer in it; wanted one. Send it again."
        )
    return Answer(
        text=draft.text,
        finish_reason=draft.finish_reason,
        refused=draft.refusal or draft.finish_reason == "content_filter",
        model_reported=draft.model,
        parameters=settings.parameters(),
        usage=draft.usage,
        seconds=0.0,
        first_token_seconds=None,
        logprobs=draft.logprobs,
    )
