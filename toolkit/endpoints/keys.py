"""Keys: each belongs to a host, by the word of whoever owns it and never by a study file.

``OPENAI_API_KEY`` is for OpenAI's own host. ``PARALLAX_KEY_FILE`` names a file outside every
workspace: one key, or TOML with a table for each host::

    ["ai.example.com"]
    key = "…"

    ["azure.example.com"]
    command = ["az", "account", "get-access-token", "--query", "accessToken", "-o", "tsv"]
    header = "authorization"
"""

import os
import subprocess
import threading
import time
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from toolkit.endpoints.access import Access
from toolkit.endpoints.server_address import Address, listed_hosts
from toolkit.errors import KeyRefused

_WORKSPACE_FOLDERS = ("personas", "results")
_OWN_HOST = ("api.openai.com",)
_FRESH_SECONDS = 300.0
_LONGEST_SECONDS = 60.0
_FIELDS = frozenset({"key", "command", "header"})


class Key:
    """A key for one host, which a command may renew.

    Args:
        value: the key; empty when there is none, or a command gives it.
        command: program and arguments that print it; never a shell's line.
        header: it goes in.
        withheld: why a key at hand is not sent to this host; empty when none is kept back.
    """

    def __init__(
        self,
        value: str = "",
        *,
        command: Sequence[str] = (),
        header: str = "authorization",
        withheld: str = "",
    ) -> None:
        self.header = header.lower()
        self.withheld = withheld
        self._value = value
        self._command = tuple(command)
        self._renewed = -_FRESH_SECONDS
        self._renewing = threading.Lock()

    @property
    def secret(self) -> str:
        """The key as it is now."""
        return self._value

    @property
    def stale(self) -> bool:
        """Whether the command has to be run before the next request."""
        return bool(self._command) and time.monotonic() - self._renewed >= _FRESH_SECONDS

    def renew(self) -> None:
        """Run the command, if the key is stale; what it prints is the key and is never logged.

        Raises:
            KeyRefused: if it gives none.
        """
        with self._renewing:
            if self.stale:
                self._value = _usable(_printed(self._command), "the key command")
                self._renewed = time.monotonic()

    def expire(self) -> bool:
        """Have the command run again; False when there is none, or it has only just been run."""
        old = bool(self._command) and time.monotonic() - self._renewed > 1.0
        self._renewed = -_FRESH_SECONDS if old else self._renewed
        return old

    def sent(self) -> tuple[bytes, bytes] | None:
        """The header as it is sent; None without a key."""
        if not self._value:
            return None
        bearer = "Bearer " if self.header == "authorization" else ""
        return self.header.encode(), f"{bearer}{self._value}".encode()


class _Found(NamedTuple):
    key: str
    source: str


def key_for(address: Address, access: Access) -> Key:
    """Find the key that may go to a host.

    Args:
        address: the host's.
        access: with the hosts a key without one of its own may go to.

    Raises:
        KeyRefused: if a key or the file of keys cannot be used.
    """
    named = str(address) in listed_hosts(access.key_for)
    if access.key_command and named:
        return Key(command=access.key_command, header=access.key_header)
    found, tables = _environment()
    for host, table in tables.items():
        if str(address) in listed_hosts([host]):
            return _of_table(table, host)
    if found is None:
        return Key()
    if named or str(address) in listed_hosts(_OWN_HOST):
        return Key(_usable(*found), header=access.key_header)
    return Key(
        withheld=f"{found.source} is meant for {_OWN_HOST[0]} and was not sent to {address}. If it "
        f"is meant for this server, add --key-for {address}, or name the host in the file of "
        "PARALLAX_KEY_FILE."
    )


def _environment() -> tuple[_Found | None, dict[str, Any]]:
    """Read the key without a host, if there is one, and the tables of the file of keys."""
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    found = _Found(key, "OPENAI_API_KEY") if key else None
    named = os.environ.get("PARALLAX_KEY_FILE", "").strip()
    if not named:
        return found, {}
    text = _read(Path(named))
    try:
        return found, tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        _usable(text, "PARALLAX_KEY_FILE")
        return found or _Found(text, "PARALLAX_KEY_FILE"), {}


def _of_table(table: object, host: str) -> Key:
    fields = table if isinstance(table, dict) else {}
    command, key = fields.get("command"), fields.get("key")
    argv = isinstance(command, list) and command and all(isinstance(one, str) for one in command)
    if set(fields) - _FIELDS or not (isinstance(key, str) ^ bool(argv)):
        raise KeyRefused(
            f'PARALLAX_KEY_FILE: got a table for {host} that cannot be used; wanted key = "…", '
            'or command = ["program", "argument"], and perhaps header = "api-key". Correct it.'
        )
    header = str(fields.get("header", "authorization"))
    if isinstance(key, str):
        return Key(_usable(key, f"PARALLAX_KEY_FILE ({host})"), header=header)
    return Key(command=tuple(command or ()), header=header)


def _printed(command: Collection[str]) -> str:
    """What a command prints; neither that nor its complaints go into any message."""
    argv = list(command)
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        why = f"ended with status {done.returncode}" if done.returncode else ""
    except subprocess.TimeoutExpired:
        why = f"did not end within {_LONGEST_SECONDS:g} s"
    except OSError as problem:
        why = f"could not be started ({problem.strerror})"
    if why:
        raise KeyRefused(
            f"the key command {argv[0]!a} {why}; wanted a key on its output. Run it by hand to see "
            "what it says."
        )
    return done.stdout.decode("utf-8", "replace").strip()


def _read(path: Path) -> str:
    folders = path.resolve().parents
    if any(all((one / name).is_dir() for name in _WORKSPACE_FOLDERS) for one in folders):
        raise KeyRefused(
            "PARALLAX_KEY_FILE: got a file inside a workspace, which is shared and versioned; "
            "wanted one outside. Move it, for example to your home folder, and point there."
        )
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(
            f"PARALLAX_KEY_FILE: got a file that cannot be read ({type(error).__name__}); wanted "
            "a text file that holds the key. Check the path and who may read it."
        ) from None


def _usable(key: str, source: str) -> str:
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise KeyRefused(
        f"{source}: got something that cannot be a key; wanted one line of ASCII letters, digits "
        "and signs without spaces. Copy the key again."
    )
