"""Endpoints: who answers; one protocol, one client factory, three kinds.

* **Endpoint**: whoever answers; ``await endpoint.reply(messages)`` gives an **Answer** or raises
  an ``EndpointError``.
* **Message**: one message of the conversation, with its role.
* **Access**: how a server is reached: proxy, certificates, headers, and where keys may go.
* **Settings**: how to ask: temperature, seed, time limits, number of attempts.
* **Answer**: what came back, with the tokens the server counted, every **CallAttempt**
  made and, if asked for, each **TokenChoice** the first token could have been.
* **Scripted**: the endpoint that needs no model; its failures and a planted **Bias** are what it
  can be told to do wrong.
* **EmbeddedServer**: the llama.cpp server on this machine; ``fetch_model`` gets its model file
  and ``model_path`` says where that lies; ``SMOLLM2`` is what it must hash to.
* **Retries**: after which failures to ask again, and when; ``IN_BULK`` is the policy of a sweep.
* ``request_body`` and ``read_body`` write a request and read an answer that batch files carry.
* ``ending_kind`` says what a server's word for the end of an answer means.
* ``open_endpoint`` opens one from its name; ``host_of`` names the host a base URL leads to.
"""

from toolkit.endpoints.access import Access
from toolkit.endpoints.chat_request import request_body
from toolkit.endpoints.embedded_server import EmbeddedServer
from toolkit.endpoints.endings import ending_kind
from toolkit.endpoints.endpoint import (
    Answer,
    CallAttempt,
    Endpoint,
    Message,
    OnToken,
    Settings,
    TokenChoice,
)
from toolkit.endpoints.endpoint_spec import open_endpoint
from toolkit.endpoints.model_file import SMOLLM2, fetch_model, model_path
from toolkit.endpoints.retries import IN_BULK, Retries
from toolkit.endpoints.scripted import Bias, Scripted
from toolkit.endpoints.server_address import host_of
from toolkit.endpoints.server_faults import read_body

__all__ = [
    "Access",
    "Answer",
    "Bias",
    "CallAttempt",
    "EmbeddedServer",
    "Endpoint",
    "IN_BULK",
    "Message",
    "OnToken",
    "Retries",
    "SMOLLM2",
    "Scripted",
    "Settings",
    "TokenChoice",
    "ending_kind",
    "fetch_model",
    "host_of",
    "model_path",
    "open_endpoint",
    "read_body",
    "request_body",
]
