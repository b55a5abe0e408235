"""How a server is reached: keys that go where they were meant, certificates, proxies, headers."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from servers import ChatServer, Say, Status

from toolkit.endpoints import Access, Answer, Message, Settings, open_endpoint
from toolkit.endpoints.keys import key_for
from toolkit.endpoints.server_address import address_of
from toolkit.errors import BadEndpoint, EndpointError, KeyRefused

KEY, OTHER = "sk-test-0123456789abcdef", "sk-other-fedcba9876543210"
HELLO = [Message("user", "Hi")]
ONCE = Settings(stream=False, max_attempts=1)
transport = pytest.mark.parametrize("bulk", [False, True], ids=["httpx2", "aiohttp"])


def ask(
    server: ChatServer, access: Access, *, bulk: bool = False, base_url: str = ""
) -> Answer | EndpointError:
    async def once() -> Answer | EndpointError:
        endpoint = open_endpoint(
            "openai:m",
            base_url=base_url or server.base_url,
            allowed_hosts=[server.host],
            bulk=bulk,
            access=access,
        )
        try:
            return await endpoint.reply(HELLO, settings=ONCE)
        except EndpointError as problem:
            return problem
        finally:
            await endpoint.close()

    return asyncio.run(once())


# ── keys ────────────────────────────────────────────────────────────────────────────────────────

TABLES = f"""
["ai.example.com"]
key = "{OTHER}"
["azure.example.com:8443"]
key = "{OTHER}"
header = "api-key"
"""

BOUND = [
    ("OpenAI's own host", "https://api.openai.com/v1", (), "", KEY),
    ("another host", "https://ai.example.com/v1", (), "", ""),
    ("a host that sounds like it", "https://api.openai.com.example.com/v1", (), "", ""),
    ("its port is another server", "https://api.openai.com:8443/v1", (), "", ""),
    ("this machine", "http://127.0.0.1:8080/v1", (), "", ""),
    ("this machine, named", "http://127.0.0.1:8080/v1", ("127.0.0.1:8080",), "", KEY),
    ("another port than named", "http://127.0.0.1:8081/v1", ("127.0.0.1:8080",), "", ""),
    ("named", "https://ai.example.com/v1", ("ai.example.com",), "", KEY),
    ("named in capitals", "https://ai.example.com/v1", ("AI.Example.com",), "", KEY),
    ("a part of the name", "https://evil-ai.example.com/v1", ("ai.example.com",), "", ""),
    ("the file says so", "https://ai.example.com/v1", (), TABLES, OTHER),
    (
        "the file goes before the variable",
        "https://ai.example.com",
        ("ai.example.com",),
        TABLES,
        OTHER,
    ),
    ("the file names another port", "https://azure.example.com/v1", (), TABLES, ""),
    ("the file names this port", "https://azure.example.com:8443/v1", (), TABLES, OTHER),
    ("a file with one key binds nothing", "https://ai.example.com/v1", (), OTHER, ""),
]


@pytest.mark.parametrize(
    ("base_url", "named", "file", "sent"), [one[1:] for one in BOUND], ids=[one[0] for one in BOUND]
)
def test_a_key_goes_where_its_owner_says(
    base_url: str,
    named: tuple[str, ...],
    file: str,
    sent: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    if file:
        (tmp_path / "keys.toml").write_text(file)
        monkeypatch.setenv("PARALLAX_KEY_FILE", str(tmp_path / "keys.toml"))
    key = key_for(address_of(base_url), Access(key_for=named))
    assert key.secret == sent
    assert bool(key.withheld) == (not sent)


def test_a_key_that_is_kept_back_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ChatServer(key=KEY) as server:
        got = ask(server, Access())
        assert "authorization" not in server.seen[0].headers
        assert str(got) == (
            f"openai:m at {server.host}: no key was sent and the server wants one (status 401; the "
            "server says: Incorrect API key provided); wanted a key this server accepts. "
            f"OPENAI_API_KEY is meant for api.openai.com and was not sent to {server.host}. If it "
            f"is meant for this server, add --key-for {server.host}, or name the host in the file "
            "of PARALLAX_KEY_FILE."
        )
        assert isinstance(ask(server, Access(key_for=(server.host,))), Answer)


@transport
def test_a_key_goes_in_the_header_it_is_named_for(
    bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ChatServer() as server:
        ask(server, Access(key_for=(server.host,), key_header="api-key"), bulk=bulk)
        headers = server.seen[0].headers
    assert headers["api-key"] == KEY
    assert "authorization" not in headers


@transport
def test_a_command_gives_the_key_and_gives_it_again(
    bulk: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    count = tmp_path / "count"
    script = (
        f"import pathlib; at = pathlib.Path({str(count)!r}); "
        "n = len(at.read_text()) if at.exists() else 0; at.write_text('x' * (n + 1)); "
        "print('sk-token-' + str(n)); import sys; print('secret words', file=sys.stderr)"
    )
    moment = [1000.0]
    monkeypatch.setattr("toolkit.endpoints.keys.time.monotonic", lambda: moment[0])

    async def twice(server: ChatServer) -> list[str]:
        endpoint = open_endpoint(
            "openai:m",
            base_url=server.base_url,
            allowed_hosts=[server.host],
            bulk=bulk,
            access=Access(key_for=(server.host,), key_command=(sys.executable, "-c", script)),
        )
        for pause in (0.0, 10.0, 400.0, 20.0):
            moment[0] += pause
            await endpoint.reply(HELLO, settings=ONCE)
        await endpoint.close()
        return [seen.headers["authorization"] for seen in server.seen]

    # Kept while it is fresh, made anew when it is old, and when the server no longer takes it.
    with ChatServer(Say("a"), Say("b"), Say("c"), Status(401, "expired"), Say("d")) as server:
        sent = asyncio.run(twice(server))
    assert sent == [f"Bearer sk-token-{n}" for n in (0, 0, 1, 1, 2)]
    assert "sk-token" not in caplog.text
    assert "secret words" not in caplog.text


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ((sys.executable, "-c", "print('sk-secret'); raise SystemExit(3)"), "ended with status 3"),
        (("/nowhere/at/all",), "could not be started (No such file or directory)"),
        ((sys.executable, "-c", ""), "got something that cannot be a key"),
        ((sys.executable, "-c", "print('two words')"), "got something that cannot be a key"),
    ],
)
def test_a_command_that_gives_no_key(command: tuple[str, ...], why: str) -> None:
    with ChatServer() as server:
        got = ask(server, Access(key_for=(server.host,), key_command=command))
        assert server.requests == 0
    assert isinstance(got, KeyRefused)
    assert why in str(got)
    assert "sk-secret" not in str(got)


@pytest.mark.parametrize(
    "table",
    [
        '["ai.example.com"]\nkey = 7',
        '["ai.example.com"]\nkey = "a"\ncommand = ["b"]',
        '["ai.example.com"]\ncommand = "one line for a shell"',
        '["ai.example.com"]\nkey = "a"\nother = "b"',
        '"ai.example.com" = "sk-bare"',
    ],
)
def test_a_table_of_keys_that_cannot_be_used(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys.toml").write_text(table)
    monkeypatch.setenv("PARALLAX_KEY_FILE", str(tmp_path / "keys.toml"))
    with pytest.raises(KeyRefused, match="got a table for ai.example.com that cannot be used"):
        key_for(address_of("https://ai.example.com/v1"), Access())


# ── what enterprises need, by name ──────────────────────────────────────────────────────────────


@transport
def test_a_version_and_headers_are_sent(bulk: bool) -> None:
    with ChatServer() as server:
        access = Access(api_version="2024-10-21", headers={"X-Tenant": "hr-7"})
        assert isinstance(ask(server, access, bulk=bulk), Answer)
        seen = server.seen[0]
    assert seen.path == "/v1/chat/completions?api-version=2024-10-21"
    assert seen.headers["x-tenant"] == "hr-7"


@pytest.mark.parametrize(
    "access",
    [
        Access(headers={"Authorization": "Bearer x"}),
        Access(headers={"api-key": "x"}),
        Access(headers={"Cookie": "x"}),
        Access(headers={"Host": "x"}),
        Access(headers={"Proxy-Authorization": "x"}),
        Access(headers={"Content-Type": "x"}),
        Access(headers={"X Tenant": "x"}),
        Access(headers={"X-Tenant": "x\r\nX-Other: y"}),
        Access(headers={"X-Tenant": ""}),
        Access(headers={"X-Tenant": "büro"}),
        Access(api_version="2024&key=1"),
        Access(key_header="a b"),
        Access(proxy="http://proxy.example.com:8080"),
        Access(proxy="http://user:password@proxy.example.com:8080"),
        Access(proxy="socks5://proxy.example.com"),
        Access(proxy="proxy.example.com:8080"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(access: Access) -> None:
    with pytest.raises(BadEndpoint, match="; wanted ") as caught:
        open_endpoint(
            "openai:m",
            base_url="http://127.0.0.1:9/v1",
            allowed_hosts=["127.0.0.1:9"],
            access=access,
        )
    assert "password" not in str(caught.value)


# ── certificates ────────────────────────────────────────────────────────────────────────────────


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A root certificate that no system trusts, and a server that shows one made by it."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make certificates")
    at = tmp_path_factory.mktemp("company")
    new, root = ("-newkey", "rsa:2048", "-nodes"), ("-subj", "/CN=Made-up Root")
    openssl(
        at,
        *("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", *root),
        *("-addext", "basicConstraints=critical,CA:TRUE"),
        *("-addext", "keyUsage=critical,keyCertSign"),
    )
    openssl(at, "req", *new, "-keyout", "s.key", "-out", "s.csr", "-subj", "/CN=localhost")
    (at / "ext").write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    openssl(
        at,
        *("x509", "-req", "-in", "s.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2"),
        *("-CAcreateserial", "-out", "s.pem", "-extfile", "ext"),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(at / "s.pem", at / "s.key")
    return at, context


@transport
@pytest.mark.parametrize("by", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "--ca-file", ""])
def test_the_companys_certificate_is_trusted_once_it_is_named(
    by: str,
    bulk: bool,
    company: tuple[Path, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, context = company
    named = str(place / "ca.pem")
    if by.isupper():
        monkeypatch.setenv(by, named)
    # Nothing else of the environment is heeded.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with ChatServer(Say("Hi."), tls=context) as server:
        got = ask(server, Access(ca_file=named if by == "--ca-file" else ""), bulk=bulk)
    if by:
        assert isinstance(got, Answer)
    else:
        assert "certificate is not trusted on this machine (" in str(got)
        assert "--ca-file, or in SSL_CERT_FILE or REQUESTS_CA_BUNDLE" in str(got)
        assert "Check the base URL" not in str(got)


@pytest.mark.parametrize("made", ["nothing", "no certificate", "absent"])
def test_a_file_without_certificates_is_named(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "company.pem"
    if made != "absent":
        file.write_text("" if made == "nothing" else "-----BEGIN NOTHING-----\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(BadEndpoint, match="SSL_CERT_FILE: got 'company.pem', which holds no"):
        open_endpoint("openai:m", base_url="http://127.0.0.1:9", allowed_hosts=["127.0.0.1:9"])


class Tunnel:
    """A proxy that opens tunnels, and remembers where to."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "Tunnel":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        try:
            while True:
                near, _ = self._socket.accept()
                threading.Thread(target=self._tunnel, args=(near,), daemon=True).start()
        except OSError:
            return

    def _tunnel(self, near: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += near.recv(4096)
        self.asked.append(head.decode().split("\r\n")[0])
        host, _, port = head.split()[1].decode().rpartition(":")
        far = socket.create_connection((host, int(port)))
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        other = threading.Thread(target=self._pass, args=(far, near), daemon=True)
        other.start()
        self._pass(near, far)
        other.join()
        near.close()
        far.close()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            return


@transport
def test_a_proxy_that_is_named_tunnels(bulk: bool, company: tuple[Path, Any]) -> None:
    place, context = company
    with Tunnel() as tunnel, ChatServer(Say("Hi."), tls=context) as server:
        got = ask(server, Access(ca_file=str(place / "ca.pem"), proxy=tunnel.url), bulk=bulk)
        assert isinstance(got, Answer), got
        assert tunnel.asked == [f"CONNECT {server.host} HTTP/1.1"]
        assert "proxy" not in str(server.seen[0].headers)
