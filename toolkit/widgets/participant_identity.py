"""Participant identity: who is at work, when somebody other than the tester says so.

A hub knows its user and a launcher may be told one; else the code is typed on the first screen. In
one kernel, running the cell again means going on as the same person; who plays and who rates may be
two people.
"""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

from toolkit.record import EnrolledBy

HUB_VARIABLE = "JUPYTERHUB_USER"
LAUNCHER_VARIABLE = "PARALLAX_PARTICIPANT"


class Identity(NamedTuple):
    """A code, and who gave it."""

    code: str
    enrolled_by: EnrolledBy


_seated: dict[Hashable, Identity] = {}


def known_identity(environ: Mapping[str, str], place: Hashable) -> Identity | None:
    """Who is at work as far as is known before anybody types; the hub's word comes first.

    Args:
        environ: where the hub or the launcher says so.
        place: a kind of panel, and the record that somebody works on with it.
    """
    if environ.get(HUB_VARIABLE):
        return Identity(environ[HUB_VARIABLE], "hub")
    if environ.get(LAUNCHER_VARIABLE):
        return Identity(environ[LAUNCHER_VARIABLE], "launcher")
    return _seated.get(place)


def remember(place: Hashable, identity: Identity) -> None:
    """Keep who enrolled, in this process's memory only, for when the cell runs again.

    Args:
        place: a kind of panel, and the record that they work on with it.
        identity: their code, and who gave it.
    """
    _seated[place] = identity


def forget(place: Hashable) -> None:
    """Ask again who is at work."""
    _seated.pop(place, None)
