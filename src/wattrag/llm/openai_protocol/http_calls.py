"""Calls to servers that are not ours: many at a time, no redirects, bodies of bounded size.

With aiohttp, whose calls take half the processor time of those of httpx: enough to keep 128 slots
filled from one core (`benchmarks/models.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from wattrag.llm.limits import CallLimits

_BLOCK = 65536


class TooLargeError(Exception):
    """A body over the limit."""


@dataclass(frozen=True)
class Exchanged:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    """Their names are found in whatever case."""
    body: bytes
    """Without its coding for the way."""


class HttpCalls:
    """Connections of one event loop; who calls bounds the calls."""

    def __init__(self, limits: CallLimits) -> None:
        """Open nothing yet; to be made where a loop runs."""
        self._max_bytes = limits.bytes
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect, sock_read=limits.silence
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Exchanged:
        """Post a body and read the whole reply; a redirect, which would carry the key, is one.

        Raises:
            TooLargeError: the body of the reply is over the limit.
            aiohttp.ClientError: the connection failed, or the reply is no HTTP.
            TimeoutError: nothing came in time.
        """
        async with self._session.post(
            url, data=content, headers=headers, allow_redirects=False, proxy=_proxy_for(url)
        ) as reply:
            body = bytearray()
            async for block in reply.content.iter_chunked(_BLOCK):
                body += block
                if len(body) > self._max_bytes:
                    raise TooLargeError(f"the reply is over the limit of {self._max_bytes:,} bytes")
            return Exchanged(reply.status, reply.headers, bytes(body))

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


@cache
def _proxy_for(url: str) -> str | None:
    """The environment's proxy for an address; aiohttp's own look, in a thread, costs each call."""
    parts = urlsplit(url)
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)
