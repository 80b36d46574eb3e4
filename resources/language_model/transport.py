"""One attempt: a POST, and what came of it as an answer or a failure. No retry, no waiting, no raising."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from resources.language_model.failures import CONNECTION, CUT, TIMEOUT, Action, Failure

if TYPE_CHECKING:
    import aiohttp

AnswerT = TypeVar("AnswerT")

DNS_CACHE_SECONDS = 60


def open_session(api_key: str | None) -> "aiohttp.ClientSession":
    """A session without a connection limit: the client's window is the limit."""
    import aiohttp

    headers = {"Content-Type": "application/json"}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=DNS_CACHE_SECONDS),
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def attempt(
    session: "aiohttp.ClientSession",
    url: str,
    body: bytes,
    decode: Callable[[int, bytes, str | None], AnswerT | Failure],
    *,
    timeout_seconds: float,
    connect_timeout_seconds: float,
) -> AnswerT | Failure:
    """Post ``body`` to ``url`` once."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=connect_timeout_seconds)
    try:
        # A redirect would turn the request into a GET and could hand the key to another host.
        async with session.post(url, data=body, timeout=timeout, allow_redirects=False) as response:
            content = await response.read()
            return decode(response.status, content, response.headers.get("Retry-After"))
    except aiohttp.ClientConnectorCertificateError:
        return Failure("certificate", Action.ABORT)
    except aiohttp.InvalidURL:
        return Failure("invalid_url", Action.ABORT)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return CONNECTION
    except TimeoutError:
        return TIMEOUT
    except (aiohttp.ClientError, OSError):
        return CUT
