"""One attempt: a POST, and what came of it as an answer or a failure. No retry, no waiting, no raising."""

from typing import TYPE_CHECKING

from resources.language_model.failures import CONNECTION, CUT, TIMEOUT, Action, Failure
from resources.language_model.wire import Answer, decode_response

if TYPE_CHECKING:
    import aiohttp

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
    *,
    timeout_seconds: float,
    connect_timeout_seconds: float,
) -> Answer | Failure:
    """Ask the server at the API root ``url`` once."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=connect_timeout_seconds)
    try:
        # A redirect would turn the request into a GET and could hand the key to another host.
        async with session.post(
            f"{url}/chat/completions", data=body, timeout=timeout, allow_redirects=False
        ) as response:
            content = await response.read()
            return decode_response(response.status, content, response.headers.get("Retry-After"))
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
