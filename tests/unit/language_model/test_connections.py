"""HTTP/1.1 as servers and gateways speak it, from a server on loopback that says what each test wants."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from resources.language_model.connections import Connections, address_of
from resources.language_model.failures import CONNECTION, CUT, TIMEOUT, Action, Failure
from resources.language_model.transport import attempt

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Told = tuple[int, bytes, str | None]


class Server:
    """Answers requests in turn with `answers`, whole or in parts; without one it hangs up."""

    def __init__(self, *answers: bytes | list[bytes], then_closes: bool = False) -> None:
        self.answers, self.then_closes = list(answers), then_closes
        self.requests: list[bytes] = []
        self.n_connections = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat/completions"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0)
                for part in [answer] if isinstance(answer, bytes) else answer:
                    writer.write(part)
                    await asyncio.sleep(0.01)
                if self.then_closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def post(connections: Connections, url: str, seconds: float = 10, body: bytes = b"{}") -> Told | Failure:
    return await attempt(
        connections, url, body, lambda *told: told, timeout_seconds=seconds, connect_timeout_seconds=seconds
    )


def run(server: Server, ask: Callable[[Connections, str], Awaitable[None]], key: str | None = None) -> None:
    async def main() -> None:
        async with server.running() as url, Connections(key) as connections:
            await ask(connections, url)

    uvloop.run(main())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(OK, (200, b"ok", None), id="length"),
        pytest.param([OK[:9], OK[9:30], OK[30:]], (200, b"ok", None), id="in pieces"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"],
            (200, b"ok", None), id="chunked",
        ),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + OK, (200, b"ok", None), id="interim"),
        pytest.param([b"HTTP/1.1 102 Processing\r\n\r\n", OK], (200, b"ok", None), id="interim, then a pause"),
        pytest.param(
            b"HTTP/1.1 429 Slow Down\r\nretry-AFTER: 7\r\nContent-Length: 0\r\n\r\n", (429, b"", "7"), id="wait"
        ),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", None), id="empty"),
        pytest.param(
            b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", (307, b"", None),
            id="a redirect is not followed",
        ),
    ],
)  # fmt: skip
def test_a_response_is_read_and_its_connection_used_again(answer: bytes | list[bytes], told: Told) -> None:
    server = Server(answer, OK)

    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, url) == told
        assert await post(connections, url) == (200, b"ok", None)

    run(server, ask)
    assert server.n_connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nto the end", id="no length"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nto the end", id="version 1.0"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nto the end", id="says so"),
    ],
)
def test_a_response_may_end_with_its_connection(answer: bytes) -> None:
    server = Server(answer, OK, then_closes=True)

    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, url) == (200, b"to the end", None)
        assert await post(connections, url) == (200, b"ok", None)

    run(server, ask)
    assert server.n_connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it", id="less than its length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf", id="a chunk is cut"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="headers are cut"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", id="two lengths"),
        pytest.param(
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", id="another one from here"
        ),
    ],
)
def test_what_is_no_whole_response_is_cut(answer: bytes) -> None:
    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, url) == CUT

    run(Server(answer, then_closes=True), ask)


FAKE = b"HTTP/1.1 500 No\r\nRetry-After: 1\r\nContent-Length: 4\r\n\r\nfake"


@pytest.mark.parametrize("answer", [OK + FAKE, [OK, FAKE], [OK + FAKE[:20], FAKE[20:]]])
def test_what_comes_unasked_is_never_taken_for_an_answer(answer: bytes | list[bytes]) -> None:
    server = Server(answer, OK)

    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, url) == (200, b"ok", None)
        await asyncio.sleep(0.05)
        assert await post(connections, url) == (200, b"ok", None)

    run(server, ask)
    assert server.n_connections == 2


def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    server = Server(OK, OK, then_closes=True)

    async def ask(connections: Connections, url: str) -> None:
        for _ in range(2):
            assert await post(connections, url) == (200, b"ok", None)
            await asyncio.sleep(0.05)

    run(server, ask)
    assert server.n_connections == 2


class Echo(Server):
    """Answers each request with its body, the first one after `first_seconds`."""

    first_seconds = 0.02

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.n_connections += 1
        seconds = self.first_seconds if self.n_connections == 1 else 0.02
        while head := await reader.read(65536):
            body = head.partition(b"\r\n\r\n")[2]
            await asyncio.sleep(seconds)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        writer.close()


def test_an_answer_that_comes_too_late_is_not_taken_for_that_of_the_next_request() -> None:
    server = Echo()
    server.first_seconds = 0.2

    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, url, seconds=0.05, body=b"1") == TIMEOUT
        for body in (b"2", b"3"):
            assert await post(connections, url, body=body) == (200, body, None)
            await asyncio.sleep(0.2)

    run(server, ask)
    assert server.n_connections == 2


def test_many_at_once_have_a_connection_each_and_their_own_answers() -> None:
    server = Echo()

    async def ask(connections: Connections, url: str) -> None:
        for _ in range(3):
            bodies = [str(number).encode() for number in range(20)]
            found = await asyncio.gather(*(post(connections, url, body=body) for body in bodies))
            assert found == [(200, body, None) for body in bodies]

    run(server, ask)
    assert server.n_connections == 20


def test_a_name_is_resolved_once_for_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    server, names = Echo(), []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        resolve = loop.getaddrinfo

        def counted(*told: Any, **more: Any) -> Any:
            names.append(told[0])
            return resolve(*told, **more)

        monkeypatch.setattr(loop, "getaddrinfo", counted)
        async with server.running() as url:
            async with Connections(None) as connections:
                by_name = url.replace("127.0.0.1", "localhost")
                found = await asyncio.gather(*(post(connections, by_name) for _ in range(20)))
            await asyncio.sleep(0.1)  # the server sees the connections close
            assert found == [(200, b"{}", None)] * 20

    asyncio.run(main())
    assert names.count("localhost") == 1
    assert server.n_connections == 20


def test_the_request_holds_the_key_and_nothing_that_asks_for_compression() -> None:
    server = Server(OK)

    async def ask(connections: Connections, url: str) -> None:
        await post(connections, url, body=b'{"a": 1}')

    run(server, ask, key="a key")
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0] == "POST /v1/chat/completions HTTP/1.1"
    assert {"Authorization: Bearer a key", "Content-Type: application/json", "Content-Length: 8"} <= set(lines)
    assert lines[1].startswith("Host: 127.0.0.1:")
    assert lines[-1] == '{"a": 1}'
    assert "encoding" not in server.requests[0].decode().lower()


def test_nobody_at_the_address_is_told_from_a_server_that_goes_away() -> None:
    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, "http://127.0.0.1:1/v1") == CONNECTION
        assert await post(connections, "http://no.such.host.invalid/v1") == CONNECTION

    run(Server(), ask)


def test_a_server_that_hangs_up_when_tls_begins_is_no_connection() -> None:
    async def ask(connections: Connections, url: str) -> None:
        assert await post(connections, url.replace("http:", "https:")) == CONNECTION

    run(Server(), ask)


@pytest.mark.parametrize(
    "url", ["ftp://host/v1", "http:///v1", "host:8000/v1", "http://host:none/v1", "http://[::1/v1"]
)
def test_what_is_no_address_of_a_server_is_named(url: str) -> None:
    async def ask(connections: Connections, _url: str) -> None:
        assert await post(connections, url) == Failure("invalid_url", Action.ABORT)

    run(Server(), ask)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("http://host/v1/x", "host", "/v1/x"),
        ("http://host:80/v1", "host", "/v1"),
        ("https://host", "host", "/"),
        ("https://host:80/a?b=c&d", "host:80", "/a?b=c&d"),
        ("http://[::1]:8000/v1", "[::1]:8000", "/v1"),
        ("http://bücher.example/a b/ü", "xn--bcher-kva.example", "/a%20b/%C3%BC"),
        ("http://host/a%20b", "host", "/a%20b"),
    ],
)
def test_addresses(url: str, authority: str, path: str) -> None:
    address = address_of(url)
    assert (address.authority, address.path) == (authority, path)


def self_signed(folder: Path) -> ssl.SSLContext:
    """Of a server on loopback for which no authority vouches."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


def test_a_certificate_that_nobody_vouches_for_is_named(tmp_path: Path) -> None:
    async def main() -> None:
        server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0, ssl=self_signed(tmp_path))
        async with server, Connections(None) as connections:
            url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            assert await post(connections, url) == Failure("certificate", Action.ABORT)

    uvloop.run(main())
