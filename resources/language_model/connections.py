"""HTTP/1.1 posts over connections that stay open, with nothing but what a request to a model needs.

No redirects, cookies, proxies or compression. aiohttp took about half of all that a request costs this side
(docs/performance.md). Responses are read by httptools, the parser of Node.js.
"""

import asyncio
import socket
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, cast
from urllib.parse import quote, urlsplit

import httptools
from aiohappyeyeballs import AddrInfoType, start_connection

# How long a server's name stands for what it was resolved to: a window of connections asks once.
NAME_SECONDS = 60.0
# After which another host of the name is tried beside the first.
NEXT_HOST_SECONDS = 0.25
# Below the time after which servers close a connection that is not used; a request that crosses this would be lost.
IDLE_SECONDS = 4.0
_PORTS = {"http": 80, "https": 443}
_LENGTHS = (b"content-length", b"transfer-encoding")
_KEPT_IN_PATHS = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Response:
    """``retry_after``: that header as it stands, if it does."""

    status: int
    content: bytes
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a URL leads to: a server, and what is asked of it."""

    host: str
    port: int
    is_secure: bool
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["https" if self.is_secure else "http"] else f"{host}:{self.port}"


@cache
def address_of(url: str) -> Address:
    """ValueError when it is no address of an HTTP server."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("no address of an HTTP server")
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    path = quote(parts.path or "/", safe=_KEPT_IN_PATHS)
    query = f"?{quote(parts.query, safe=_KEPT_IN_PATHS + '?')}" if parts.query else ""
    return Address(host, parts.port or _PORTS[parts.scheme], parts.scheme == "https", path + query)


class Connections:
    """Asynchronous context manager; as many connections as there are posts at once, on one event loop."""

    def __init__(self, api_key: str | None) -> None:
        lines = ["User-Agent: darwin-assets", "Accept: application/json", "Content-Type: application/json"]
        if api_key:
            lines.append(f"Authorization: Bearer {api_key}")
        self._headers = "\r\n".join(lines)
        self._idle: defaultdict[tuple[str, int, bool], list[Connection]] = defaultdict(list)
        self._open: set[Connection] = set()
        self._heads: dict[Address, bytes] = {}
        self._names: dict[tuple[str, int], tuple[float, asyncio.Future[Any]]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for found in self._names.values():
            found[1].cancel()
        for connection in self._open:
            connection.close()
        await asyncio.sleep(0)  # they close in the loop's next turn

    def idle(self, address: Address) -> "Connection | None":
        """One that has answered and may be asked again."""
        idle = self._idle[address.host, address.port, address.is_secure]
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.close()
        return None

    async def connect(self, address: Address) -> "Connection":
        """A new one. OSError when the server cannot be reached."""
        loop = asyncio.get_running_loop()
        context, name = (_tls(), address.host) if address.is_secure else (None, None)
        try:
            open_socket = await start_connection(await self._resolved(address), happy_eyeballs_delay=NEXT_HOST_SECONDS)
        except OSError:
            self._names.pop((address.host, address.port), None)
            raise
        made = await loop.create_connection(
            lambda: Connection(self._open), sock=open_socket, ssl=context, server_hostname=name
        )
        return made[1]

    async def _resolved(self, address: Address) -> list[AddrInfoType]:
        """What a name stands for; the system is asked once, however many ask for it meanwhile and soon after."""
        name, now = (address.host, address.port), time.monotonic()
        found = self._names.get(name)
        if found is None or found[0] < now:
            lookup = asyncio.get_running_loop().getaddrinfo(*name, type=socket.SOCK_STREAM)
            found = self._names[name] = now + NAME_SECONDS, asyncio.ensure_future(lookup)
        hosts: list[AddrInfoType] = await asyncio.shield(found[1])
        return hosts

    async def post(self, connection: "Connection", address: Address, body: bytes, ends_at: float) -> Response:
        """What the server answers. TimeoutError when the loop's clock says that it is too late, ConnectionError when the
        server goes away before the end, or says what is not HTTP.
        """
        try:
            response = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head(address), len(body), body), ends_at)
        except BaseException:
            connection.close()
            raise
        if connection.is_usable():
            self._idle[address.host, address.port, address.is_secure].append(connection)
        else:
            connection.close()
        return response

    def _head(self, address: Address) -> bytes:
        """The request up to its length."""
        if address not in self._heads:
            first = f"POST {address.path} HTTP/1.1\r\nHost: {address.authority}"
            self._heads[address] = f"{first}\r\n{self._headers}\r\nContent-Length: ".encode()
        return self._heads[address]


class Connection(asyncio.Protocol):
    """To one server, for one request after the other; ``among`` the others from its first moment to its last."""

    def __init__(self, among: "set[Connection]") -> None:
        self._among = among
        self._transport: asyncio.Transport | None = None
        self._reading: _Reading | None = None
        self._answer: asyncio.Future[Response] | None = None
        self._stays_open = True
        self._idle_since = 0.0

    def is_usable(self) -> bool:
        return self._transport is not None and self._stays_open and time.monotonic() - self._idle_since < IDLE_SECONDS

    async def ask(self, request: bytes, ends_at: float) -> Response:
        """Send a request and wait for the response to it, not beyond `ends_at`."""
        if self._transport is None:
            raise ConnectionResetError
        self._reading = _Reading()
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        timer = loop.call_at(ends_at, self._fail, TimeoutError)
        try:
            self._transport.write(request)
            return await self._answer
        finally:
            timer.cancel()

    def close(self) -> None:
        """At once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are no subclass
        self._idle_since = time.monotonic()
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        if self._reading is None:  # nothing was asked
            self.close()
            return
        try:
            self._reading.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.close()
            self._fail()
            return
        if self._reading.is_complete:
            self._end(self._reading)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._among.discard(self)
        if self._reading is not None and self._reading.ends_with_connection and exc is None:
            self._end(self._reading)
        else:
            self._fail()

    def _end(self, reading: "_Reading") -> None:
        sent = self._transport is not None and not self._transport.get_write_buffer_size()
        self._stays_open = sent and reading.stays_open
        self._idle_since = time.monotonic()
        self._reading = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(reading.response())

    def _fail(self, why: type[OSError] = ConnectionResetError) -> None:
        self._reading = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(why())


class _Reading:
    """A response as its parser tells it; interim ones (1xx) are passed over."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.status = 0
        self.is_complete = False
        self.stays_open = False
        self._is_begun = False
        self._has_length = False
        self._retry_after: str | None = None
        self._content: list[bytes] = []

    @property
    def ends_with_connection(self) -> bool:
        return self._is_begun and not self._has_length

    def response(self) -> Response:
        return Response(self.status, b"".join(self._content), self._retry_after)

    def on_message_begin(self) -> None:
        if self.is_complete:  # of an answer to nothing
            self.stays_open = False

    def on_header(self, name: bytes, value: bytes) -> None:
        lowered = name.lower()
        if lowered in _LENGTHS:
            self._has_length = True
        elif lowered == b"retry-after" and not self.is_complete:
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._is_begun = True
        if not self.is_complete:
            self.status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        if not self.is_complete:
            self._content.append(body)

    def on_message_complete(self) -> None:
        if self.is_complete:
            return
        if self.status >= 200:
            self.is_complete = True
            self.stays_open = self.parser.should_keep_alive()  # forgotten as soon as this returns
        else:
            self._is_begun = self._has_length = False


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
