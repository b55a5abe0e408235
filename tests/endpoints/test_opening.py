"""Opening endpoints from what people write, and reading addresses."""

import pytest

from toolkit.endpoints import Endpoint, Scripted, Settings, host_of, open_endpoint
from toolkit.errors import BadEndpoint, HostNotAllowed

WANTED = (
    "openai:NAME (with a base URL), embedded:smollm2, embedded:/path/to/model.gguf or scripted:NAME"
)


@pytest.mark.parametrize(
    ("spec", "name", "host"),
    [
        ("scripted:courteous", "scripted:courteous", ""),
        ("embedded:smollm2", "embedded:smollm2", "127.0.0.1:0"),
        ("embedded:/models/Some Model.gguf", "embedded:Some Model", "127.0.0.1:0"),
    ],
)
@pytest.mark.parametrize("bulk", [False, True])
def test_specs_that_need_no_address(spec: str, name: str, host: str, bulk: bool) -> None:
    endpoint = open_endpoint(spec, settings=Settings(seed=1), bulk=bulk)
    assert isinstance(endpoint, Endpoint)
    assert (endpoint.name, endpoint.host) == (name, host)


def test_an_openai_spec_connects_to_nobody_yet() -> None:
    endpoint = open_endpoint(
        "openai:ns/m:free",
        base_url="https://Models.Example.com/v1",
        allowed_hosts=["models.example.com"],
    )
    assert (endpoint.name, endpoint.host) == ("openai:ns/m:free", "models.example.com:443")
    assert repr(endpoint) == "<endpoint openai:ns/m:free at models.example.com:443>"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "opnai:gpt",
            f"endpoint: got 'opnai:gpt'; wanted {WANTED}. Did you mean 'openai:gpt'?",
        ),
        (
            "courteus",
            f"endpoint: got 'courteus'; wanted {WANTED}. Did you mean 'scripted:courteous'?",
        ),
        ("openai:", f"endpoint: got 'openai:'; wanted {WANTED}."),
        ("", f"endpoint: got ''; wanted {WANTED}."),
        (
            "scripted:curteous",
            "endpoint: got 'scripted:curteous'; wanted scripted: and one of courteous, empty, "
            "failing, hostile, planted, refusing, slow. Did you mean 'scripted:courteous'?",
        ),
        (
            "embedded:smolm",
            "endpoint: got 'embedded:smolm'; wanted embedded:smollm2, or embedded: and the path "
            "of a GGUF file. Did you mean 'embedded:smollm2'?",
        ),
        (
            "openai:gpt",
            "openai:gpt: got no base URL; wanted the address of the server to ask, since Parallax "
            "assumes none. Add --base-url https://…/v1, or base_url in the study.",
        ),
    ],
)
def test_bad_specs_say_what_was_meant(spec: str, message: str) -> None:
    with pytest.raises(BadEndpoint) as caught:
        open_endpoint(spec)
    assert str(caught.value) == message


def test_only_openai_takes_a_base_url() -> None:
    with pytest.raises(BadEndpoint) as caught:
        open_endpoint("scripted:courteous", base_url="http://127.0.0.1:1")
    assert str(caught.value) == (
        "scripted:courteous: got a base URL; wanted none, since scripted: brings its own. Leave "
        "the base URL out, or use openai:NAME."
    )


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://models.example.com/v1", "models.example.com:443"),
        ("HTTPS://Models.Example.COM:8443", "models.example.com:8443"),
        ("https://models.example.com./v1", "models.example.com:443"),
        ("http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("http://localhost/v1", "localhost:80"),
        ("http://[::1]:9/v1", "[::1]:9"),
    ],
)
def test_host_of_names_host_and_port(base_url: str, host: str) -> None:
    assert host_of(base_url) == host


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("models.example.com/v1", "'models.example.com/v1'"),
        ("ftp://models.example.com", "'ftp://models.example.com'"),
        ("https://", "'https://'"),
        ("https://models.example.com:port/", "'https://models.example.com:port/'"),
        ("https://models.example.com/?key=1", "'https://models.example.com/?key=1'"),
        ("https://user:secret@models.example.com", "'models.example.com'"),
        ("https://127.0.0.1\\@models.example.com", "'models.example.com'"),
        ("x" * 80, repr("x" * 80)),
        ("x" * 81, repr("x" * 77 + "...")),
    ],
)
def test_addresses_that_are_none(base_url: str, shown: str) -> None:
    with pytest.raises(BadEndpoint) as caught:
        host_of(base_url)
    assert str(caught.value) == (
        f"base URL: got {shown}; wanted an address such as https://models.example.com/v1, without "
        "a user name, a query or a fragment. Copy the address from the server's documentation."
    )


@pytest.mark.parametrize("host", ["models.example.com", "10.0.0.1", "127.0.0.1.example.com"])
def test_unencrypted_words_stay_on_this_machine(host: str) -> None:
    with pytest.raises(BadEndpoint) as caught:
        host_of(f"http://{host}/v1")
    assert str(caught.value) == (
        f"base URL: got 'http://{host}/v1', which sends every word unencrypted; wanted https, or "
        "http to this machine (127.0.0.1). Change http to https."
    )


@pytest.mark.parametrize(
    ("listed", "passes"),
    [
        (["models.example.com"], True),
        (["MODELS.example.com:443"], True),
        (["models.example.com:8443"], False),
        (["example.com"], False),
        ([], False),
    ],
)
def test_the_list_names_host_and_port(listed: list[str], passes: bool) -> None:
    def opened() -> Endpoint:
        return open_endpoint(
            "openai:m", base_url="https://models.example.com/v1", allowed_hosts=listed
        )

    if passes:
        assert opened().host == "models.example.com:443"
    else:
        with pytest.raises(HostNotAllowed):
            opened()


def test_the_launchers_server_must_be_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARALLAX_EMBEDDED_URL", "http://127.0.0.1:4321/v1")
    assert open_endpoint("embedded:smollm2").host == "127.0.0.1:4321"
    monkeypatch.setenv("PARALLAX_EMBEDDED_URL", "https://models.example.com/v1")
    with pytest.raises(BadEndpoint) as caught:
        open_endpoint("embedded:smollm2")
    assert str(caught.value) == (
        "PARALLAX_EMBEDDED_URL: got models.example.com:443; wanted an address on this machine. "
        "Use openai:NAME with a base URL for servers elsewhere."
    )


def test_settings_given_at_opening_are_the_default() -> None:
    endpoint = open_endpoint("scripted:courteous", settings=Settings(max_tokens=3))
    assert isinstance(endpoint, Scripted)
    assert endpoint._settings.max_tokens == 3
