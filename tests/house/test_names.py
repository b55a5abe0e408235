"""A name at a room's door means one thing in the whole house."""

from collections import defaultdict
from importlib import import_module

import figures


def test_two_doors_offer_one_name_for_one_thing_only() -> None:
    meanings: dict[str, dict[int, str]] = defaultdict(dict)
    for room in figures.rooms():
        door = import_module(f"toolkit.{room}")
        for name in getattr(door, "__all__", ()):
            meanings[name].setdefault(id(getattr(door, name)), room)
    several = {name: sorted(those.values()) for name, those in meanings.items() if len(those) > 1}
    assert several == {}
