"""Sessions for the few questions about a server that are not put to its model."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp


def open_session(api_key: str | None) -> "aiohttp.ClientSession":
    """A session that shows the key, if there is one."""
    import aiohttp

    headers = {"Authorization": f"Bearer {api_key}"} if api_key else None
    return aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar())
