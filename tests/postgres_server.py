"""A PostgreSQL server of one's own, on a socket in a folder of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

WITHOUT_SYNC = ("-c", "fsync=off", "-c", "full_page_writes=off")


def installed() -> bool:
    return bool(_program("initdb") and _program("postgres"))


@contextmanager
def postgres_server(*options: str, within: Path | None = None) -> Iterator[str]:
    """Start one and give its URL; nothing of it is left afterwards."""
    account: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=within))
    # A socket's path is short, wherever the data are.
    socket = Path(tempfile.mkdtemp(prefix="pg-"))
    if account:
        for one in (folder, socket):
            shutil.chown(one, "nobody")
    data = folder / "data"
    make = [_program("initdb"), "--no-sync", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*make, "-D", str(data)], check=True, capture_output=True, cwd=folder, **account)
    server = [_program("postgres"), "-D", str(data), "-c", "listen_addresses="]
    server += ["-c", f"unix_socket_directories={socket}", *options]
    running = subprocess.Popen(server, cwd=folder, stderr=subprocess.DEVNULL, **account)
    try:
        url = f"postgresql+psycopg://postgres@/postgres?host={socket}"
        _wait_for(url)
        yield url
    finally:
        # Immediate shutdown: nothing here is kept, and a failing test may leave connections.
        running.send_signal(signal.SIGQUIT)
        running.wait(timeout=20)
        for one in (folder, socket):
            shutil.rmtree(one, ignore_errors=True)


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or ""


def _wait_for(url: str) -> None:
    engine = create_engine(url)
    deadline = time.monotonic() + 30
    while True:
        try:
            with engine.connect():
                break
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    engine.dispose()
