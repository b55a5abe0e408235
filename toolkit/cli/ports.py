"""A free port on this machine's own address."""

import socket

from toolkit.errors import SetupError

FIRST_PORT = 8888
_TRIED = 50


def choose_port(wanted: int | None) -> int:
    """Find the port to listen on.

    Args:
        wanted: a port somebody asked for; then no other will do. None: the next free one.

    Raises:
        SetupError: if the wanted port, or every port tried, is taken.
    """
    if wanted is not None:
        if _is_free(wanted):
            return wanted
        raise SetupError(
            f"port: got {wanted}, which cannot be listened on (another program has it, or it is "
            "reserved); wanted a free one. Stop the other program, name another --port, or leave "
            "--port out and a free one is found."
        )
    for port in range(FIRST_PORT, FIRST_PORT + _TRIED):
        if _is_free(port):
            return port
    raise SetupError(
        f"port: got none free from {FIRST_PORT} to {FIRST_PORT + _TRIED - 1}; wanted one. "
        "Stop other notebook servers, or name a free one with --port."
    )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connection is only just closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
