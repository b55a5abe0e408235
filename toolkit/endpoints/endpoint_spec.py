"""Endpoint specs, such as ``scripted:courteous``: opened from what people write."""

from collections.abc import Collection

from toolkit.endpoints.access import Access
from toolkit.endpoints.endpoint import Endpoint, Settings
from toolkit.endpoints.keys import key_for
from toolkit.endpoints.scripted import Scripted, did_you_mean
from toolkit.endpoints.scripted_texts import SCRIPTS
from toolkit.endpoints.server_address import address_of
from toolkit.errors import BadEndpoint

_KINDS = ("openai", "embedded", "scripted")
_WANTED = (
    "openai:NAME (with a base URL), embedded:smollm2, embedded:/path/to/model.gguf or scripted:NAME"
)


def open_endpoint(
    spec: str,
    *,
    base_url: str | None = None,
    settings: Settings | None = None,
    allowed_hosts: Collection[str] = (),
    bulk: bool = False,
    access: Access | None = None,
) -> Endpoint:
    """Open whoever answers; cheap, since nothing connects before the first reply.

    Args:
        spec: ``openai:NAME``, ``embedded:smollm2``, ``embedded:/path/model.gguf`` or
            ``scripted:NAME``.
        base_url: for ``openai:`` only, and required there; no public host is assumed.
        settings: how to ask unless ``reply`` says otherwise.
        allowed_hosts: the ``host:port`` entries an ``openai:`` endpoint may send to. The embedded
            server needs none: it is on this machine and belongs to us.
        bulk: for hundreds of calls at once, with as many connections. Answers are then not
            streamed unless ``settings`` say so; settings given to ``reply`` decide for
            themselves, so pass ``Settings(stream=False, …)`` there.
        access: how an ``openai:`` server is reached, and which hosts a key may go to.

    Raises:
        BadEndpoint: if the spec or the address cannot be used as written.
        HostNotAllowed: if the address is not on the list.
        KeyRefused: if the file of ``PARALLAX_KEY_FILE`` cannot be used.
    """
    kind, _, name = spec.partition(":")
    if kind not in _KINDS or not name.strip():
        raise _bad_spec(spec, kind, name)
    if kind != "openai" and base_url is not None:
        raise BadEndpoint(
            f"{spec}: got a base URL; wanted none, since {kind}: brings its own. "
            "Leave the base URL out, or use openai:NAME."
        )
    if kind == "scripted":
        return Scripted(name, settings=settings)
    if kind == "embedded":
        # Imported here so that a scripted session never pays for the openai client.
        from toolkit.endpoints.embedded_endpoint import open_embedded

        return open_embedded(name, settings=settings, bulk=bulk)
    return _open_openai(name, base_url, settings, allowed_hosts, access or Access(), bulk=bulk)


def _open_openai(
    name: str,
    base_url: str | None,
    settings: Settings | None,
    allowed_hosts: Collection[str],
    access: Access,
    *,
    bulk: bool,
) -> Endpoint:
    if base_url is None:
        raise BadEndpoint(
            f"openai:{name}: got no base URL; wanted the address of the server to ask, since "
            "Parallax assumes none. Add --base-url https://…/v1, or base_url in the study."
        )
    address = address_of(base_url)
    # Imported here so that a scripted session never pays for the openai client.
    from toolkit.endpoints.openai_api import OpenAIEndpoint

    return OpenAIEndpoint(
        name,
        base_url=base_url,
        allowed_hosts=allowed_hosts,
        key=key_for(address, access),
        access=access,
        settings=settings,
        bulk=bulk,
    )


def _bad_spec(spec: str, kind: str, name: str) -> BadEndpoint:
    meant = did_you_mean(kind.lower(), _KINDS if name else (), after=f":{name}")
    meant = meant or did_you_mean(kind, SCRIPTS, before="scripted:")
    return BadEndpoint(f"endpoint: got {ascii(spec[:80])}; wanted {_WANTED}.{meant}")
