"""A free port on this machine's own address."""

import socket

from toolkit.errors import SetupError

_FIRST = 8888
_MORE = 50


def choose_port(wanted: int | None) -> tuple[int, int]:
    """Say where to begin to listen, and how many more ports to try from there.

    Args:
        wanted: a port somebody asked for; then no other will do. None: the next free one.

    Raises:
        SetupError: if the wanted port is taken.
    """
    if wanted is None:
        return _FIRST, _MORE
    if _is_free(wanted):
        return wanted, 0
    raise SetupError(
        f"port: got {wanted}, which cannot be listened on (another program has it, or it is "
        "reserved); wanted a free one. Stop the other program, name another --port, or leave "
        "--port out and a free one is found."
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
