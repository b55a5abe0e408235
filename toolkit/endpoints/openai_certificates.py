"""Certificates that a client trusts: the system's, and files that were named beside it.

Of the environment only the three variables are read that name certificates; where nobody may write
the system's store, a company's own root certificate is handed to programs by them.
"""

import ssl
from functools import cache
from os import environ
from pathlib import Path

import httpx2

from toolkit.endpoints.access import Access
from toolkit.errors import BadEndpoint

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


def trusted(access: Access) -> ssl.SSLContext:
    """Make the certificate check of a client: the system's store and what was named beside it.

    Args:
        access: names a file, or none.

    Raises:
        BadEndpoint: if a named file holds no certificate, with its name and who named it.
    """
    named = [(access.ca_file, "--ca-file")] if access.ca_file else []
    named += [(environ[one], one) for one in _VARIABLES if environ.get(one)]
    return _context(tuple(named))


@cache
def _context(named: tuple[tuple[str, str], ...]) -> ssl.SSLContext:
    context = httpx2.create_ssl_context(trust_env=False)
    for place, by in named:
        path = Path(place).expanduser()
        try:
            if path.is_dir():
                context.load_verify_locations(capath=path)
            else:
                context.load_verify_locations(cafile=path)
        except (OSError, ValueError) as problem:
            why = getattr(problem, "strerror", None) or getattr(problem, "reason", None)
            raise BadEndpoint(
                f"{by}: got {path.name!a}, which holds no certificates that can be read "
                f"({why or type(problem).__name__}); wanted a PEM file. Correct {by}."
            ) from None
    return context
