"""Endpoint options of a run: who answers, and the model on this machine."""

from toolkit.cli.endpoint.endpoint_options import add_endpoint_options, answering, tell_kernels
from toolkit.cli.endpoint.served_model import model_served

__all__ = ["add_endpoint_options", "answering", "model_served", "tell_kernels"]
