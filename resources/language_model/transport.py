"""One attempt: a POST, and what came of it as an answer or a failure. No retry, no waiting, no raising."""

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeVar

from resources.language_model.connections import Address, Connection, Connections, address_of
from resources.language_model.failures import CONNECTION, CUT, TIMEOUT, Action, Failure

AnswerT = TypeVar("AnswerT")


async def attempt(
    connections: Connections,
    url: str,
    body: bytes,
    decode: Callable[[int, bytes, str | None], AnswerT | Failure],
    *,
    timeout_seconds: float,
    connect_timeout_seconds: float,
) -> AnswerT | Failure:
    """Post ``body`` to ``url`` once."""
    try:
        address = address_of(url)
    except ValueError:
        return Failure("invalid_url", Action.ABORT)
    ends_at = asyncio.get_running_loop().time() + timeout_seconds
    connection: Connection | Failure | None = connections.idle(address)
    try:
        if connection is None:
            async with asyncio.timeout_at(ends_at):
                connection = await _connect(connections, address, connect_timeout_seconds)
        if isinstance(connection, Failure):
            return connection
        response = await connections.post(connection, address, body, ends_at)
    except TimeoutError:
        return TIMEOUT
    except ConnectionError:
        return CUT
    return decode(response.status, response.content, response.retry_after)


async def _connect(connections: Connections, address: Address, timeout_seconds: float) -> Connection | Failure:
    try:
        async with asyncio.timeout(timeout_seconds):
            return await connections.connect(address)
    except ssl.SSLCertVerificationError:
        return Failure("certificate", Action.ABORT)
    except OSError:
        return CONNECTION
