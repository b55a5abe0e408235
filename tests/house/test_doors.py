"""Each room's door: a docstring that defines it and a sorted ``__all__`` that is true."""

import importlib

import pytest

ROOMS = (
    "design",
    "endpoints",
    "record",
    "signals",
    "session",
    "probes",
    "analysis",
    "widgets",
    "report",
    "cli",
)
NOT_BUILT = {"signals", "report"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_says_what_the_room_is(room: str) -> None:
    module = importlib.import_module(f"toolkit.{room}")
    assert module.__doc__


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in NOT_BUILT])
def test_a_door_exports_what_it_says_in_order(room: str) -> None:
    module = importlib.import_module(f"toolkit.{room}")
    assert module.__all__ == sorted(module.__all__)
    for name in module.__all__:
        thing = getattr(module, name)
        if callable(thing) and getattr(thing, "__module__", "").startswith("toolkit"):
            assert thing.__doc__, f"toolkit.{room}.{name} has no docstring"


@pytest.mark.parametrize("room", sorted(NOT_BUILT))
def test_a_room_not_built_yet_is_only_a_docstring(room: str) -> None:
    module = importlib.import_module(f"toolkit.{room}")
    assert not [name for name in vars(module) if not name.startswith("__")]
