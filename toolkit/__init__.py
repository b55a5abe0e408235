"""Parallax: find out, with your own employees, whether an AI treats people differently.

The eight names most people need are here and load on first use, so ``import toolkit`` stays as
cheap as the standard library it needs. Everything else lives behind the door of its room, for
example ``from toolkit.analysis import leads``.
"""

from importlib import import_module

TYPE_CHECKING = False  # type checkers take it as true; importing typing would double the cost
if TYPE_CHECKING:
    from toolkit.design import Persona, Scenario, Study
    from toolkit.endpoints import Endpoint, open_endpoint
    from toolkit.record import open_record
    from toolkit.session import Conversation

    __version__: str

_ROOMS = {
    "Conversation": "toolkit.session",
    "Endpoint": "toolkit.endpoints",
    "Persona": "toolkit.design",
    "Scenario": "toolkit.design",
    "Study": "toolkit.design",
    "open_endpoint": "toolkit.endpoints",
    "open_record": "toolkit.record",
}

__all__ = [
    "Conversation",
    "Endpoint",
    "Persona",
    "Scenario",
    "Study",
    "open_endpoint",
    "open_record",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room the first time it is asked for."""
    if name == "__version__":
        return import_module("toolkit.canon").VERSION
    if name not in _ROOMS:
        raise AttributeError(f"module 'toolkit' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    """Names shown by completion, including those not loaded yet."""
    return sorted([*globals(), *__all__])
