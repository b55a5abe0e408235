"""Server addresses: scheme, host and port of a base URL, checked the same way everywhere."""

import ipaddress
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from toolkit.errors import BadEndpoint, HostNotAllowed

_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """Scheme, host and port: the part of a base URL that decides who gets the text."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether the text stays on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def address_of(base_url: str) -> Address:
    """Read the address out of a base URL.

    Raises:
        BadEndpoint: unless it is ``https://host…``, or ``http://`` on this machine, without a
            user name, password, query or fragment.
    """
    parts = _split(base_url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in _PORTS or not host or not _plain(parts):
        raise BadEndpoint(
            f"base URL: got {_shown(base_url)}; wanted an address such as "
            "https://models.example.com/v1, without a user name, a query or a fragment. "
            "Copy the address from the server's documentation."
        )
    address = Address(parts.scheme, host, parts.port or _PORTS[parts.scheme])
    if address.scheme != "https" and not address.loopback:
        raise BadEndpoint(
            f"base URL: got {_shown(base_url)}, which sends every word unencrypted; wanted "
            "https, or http to this machine (127.0.0.1). Change http to https."
        )
    return address


def host_of(base_url: str) -> str:
    """Name the ``host:port`` of a base URL, as allow-lists and records write it.

    Raises:
        BadEndpoint: as ``address_of``.
    """
    return str(address_of(base_url))


def check_allowed(address: Address, allowed_hosts: Collection[str], *, who: str) -> None:
    """Let ``address`` pass only if the allow-list names it.

    Args:
        address: where something is about to be sent.
        allowed_hosts: ``host:port`` entries; an entry without a port means 443.
        who: the endpoint's name, for the message.

    Raises:
        HostNotAllowed: if it is not on the list.
    """
    listed = listed_hosts(allowed_hosts)
    if str(address) in listed:
        return
    raise HostNotAllowed(
        f"{who}: got the host {address}, wanted one of the study's: "
        f"{', '.join(sorted(listed)) or 'none is listed'}. Nothing was sent. Add the host to the "
        "study's endpoints, or bind it with `parallax lab --endpoint … --base-url …`."
    )


def listed_hosts(hosts: Collection[str]) -> set[str]:
    """Write hosts as ``host:port``, as addresses are compared; without a port 443 is meant."""
    return {entry.lower() if _has_port(entry) else f"{entry.lower()}:443" for entry in hosts}


def _split(base_url: str) -> SplitResult:
    try:
        parts = urlsplit(base_url)
        _ = parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _plain(parts: SplitResult) -> bool:
    extra = parts.username or parts.password or parts.query or parts.fragment
    return not extra and "\\" not in parts.netloc and "@" not in parts.netloc


def _has_port(entry: str) -> bool:
    host, _, port = entry.rpartition(":")
    return bool(host) and port.isdigit() and (entry.startswith("[") or ":" not in host)


def _shown(base_url: str) -> str:
    # What stands before an @ may be a password, so it is never repeated.
    visible = base_url.rpartition("@")[2]
    return ascii(visible if len(visible) <= 80 else visible[:77] + "...")
