"""Who is at work, when somebody other than the tester says so.

A hub knows its user and a launcher may be told one; else the code is typed on the first screen. In
one kernel, running the cell again means going on as the same person.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

HUB_VARIABLE = "JUPYTERHUB_USER"
LAUNCHER_VARIABLE = "PARALLAX_PARTICIPANT"


class Identity(NamedTuple):
    """A code, and who gave it."""

    code: str
    enrolled_by: Literal["code", "hub", "launcher"]


_seated: dict[str, Identity] = {}


def known_identity(environ: Mapping[str, str], record_id: str) -> Identity | None:
    """Who is at work as far as is known before anybody types; the hub's word comes first.

    Args:
        environ: where the hub or the launcher says so.
        record_id: of the record that somebody works on.
    """
    if environ.get(HUB_VARIABLE):
        return Identity(environ[HUB_VARIABLE], "hub")
    if environ.get(LAUNCHER_VARIABLE):
        return Identity(environ[LAUNCHER_VARIABLE], "launcher")
    return _seated.get(record_id)


def remember(record_id: str, identity: Identity) -> None:
    """Keep who enrolled, in this process's memory only, for when the cell runs again.

    Args:
        record_id: of the record that they work on.
        identity: their code, and who gave it.
    """
    _seated[record_id] = identity


def forget(record_id: str) -> None:
    """Ask again who is at work."""
    _seated.pop(record_id, None)
