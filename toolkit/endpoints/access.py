"""Access to a server: proxy, headers, certificates and keys, all of it by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolkit.endpoints.server_address import Address, address_of
from toolkit.errors import BadEndpoint

_OWN_HEADERS = re.compile(
    "authorization|api-key|x-api-key|proxy-.*|cookie|host|content-.*|transfer-encoding|connection"
    "|accept|accept-encoding|user-agent|te|upgrade|expect",
)
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a server is reached."""

    proxy: str = ""
    """``http://host:port`` that tunnels to it; empty: none."""
    api_version: str = ""
    """Azure's ``api-version``; empty: not sent."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request beside the client's own, such as a tenant's name; no secret."""
    ca_file: str = ""
    """PEM file (or folder) of root certificates, trusted beside the system's."""
    key_for: tuple[str, ...] = ()
    """``host`` or ``host:port`` entries that a key without a host of its own may go to."""
    key_command: tuple[str, ...] = ()
    """Program with its arguments that prints the key for the hosts of ``key_for``."""
    key_header: str = "authorization"
    """Header the key goes in: ``authorization`` as a bearer token, ``api-key`` for Azure's."""

    def check(self, address: Address, *, who: str) -> None:
        """Refuse what cannot be used for one server.

        Args:
            address: the server's.
            who: the endpoint's name, for messages.

        Raises:
            BadEndpoint: naming the option.
        """
        if self.proxy:
            _check_proxy(self.proxy, address, who)
        if self.api_version and not _VERSION.fullmatch(self.api_version):
            raise BadEndpoint(
                f"{who}: got the api-version {self.api_version[:40]!a}; wanted one such as "
                "2024-10-21. Copy it from the server's documentation."
            )
        for name, value in self.headers.items():
            _check_header(name, value, who)
        if not _HEADER.fullmatch(self.key_header):
            raise BadEndpoint(
                f"{who}: got the key header {self.key_header[:40]!a}; wanted a name such as "
                "authorization or api-key. Correct it."
            )


def _check_proxy(proxy: str, address: Address, who: str) -> None:
    try:
        fine = proxy.startswith(("http://", "https://")) and _bare(proxy)
    except BadEndpoint:
        fine = False
    if not fine:
        raise BadEndpoint(
            f"{who}: got a proxy that cannot be used; wanted an address such as "
            "http://proxy.example.com:8080, without a user name or a path. Correct --proxy, or "
            "proxy in the study's endpoint."
        )
    if address.scheme != "https":
        raise BadEndpoint(
            f"{who}: got a proxy for {address}, which is not asked over https, so the proxy would "
            "read every word; wanted none. Leave the proxy out."
        )


def _bare(proxy: str) -> bool:
    """Whether it is an address and nothing more; a proxy may be reached over http."""
    address_of("https://" + proxy.partition("://")[2].rstrip("/"))
    return "/" not in proxy.partition("://")[2].rstrip("/")


def _check_header(name: str, value: str, who: str) -> None:
    if not _HEADER.fullmatch(name) or _OWN_HEADERS.fullmatch(name.lower()):
        raise BadEndpoint(
            f"{who}: got the header {name[:40]!a}; wanted one that the client does not write "
            "itself and that carries no key. Leave it out; keys have options of their own."
        )
    if not (value.isascii() and value.isprintable() and 0 < len(value) <= 2_000):
        raise BadEndpoint(
            f"{who}: got a value of the header {name} that cannot be sent; wanted one line of "
            "ASCII. Correct it."
        )
