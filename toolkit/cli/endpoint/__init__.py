"""Who answers in this run: the options that say so, and the model on this machine."""

from toolkit.cli.endpoint.endpoint_options import (
    BIND_VARIABLE,
    Answering,
    add_endpoint_options,
    answering,
    bind_text,
    embedded_model,
)
from toolkit.cli.endpoint.served_model import model_served

__all__ = [
    "Answering",
    "BIND_VARIABLE",
    "add_endpoint_options",
    "answering",
    "bind_text",
    "embedded_model",
    "model_served",
]
