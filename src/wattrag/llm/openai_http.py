"""The HTTP client under the `openai` package: no redirects, and bodies of bounded size."""

import logging
from typing import Any
from urllib.request import getproxies

import httpx2
import openai

from wattrag.llm.limits import CallLimits

_POOLS = 16

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells of every request


class TooLargeError(openai.OpenAIError):
    """A body over the limit; the client does not try an `OpenAIError` again."""


class _Spread(httpx2.AsyncBaseTransport):
    """Many small pools of connections, the least busy one taken for each call.

    A pool looks at all of its connections for each call: with 128 in one, that was a third of the
    processor time of a call.
    """

    def __init__(self) -> None:
        # Who calls bounds the calls; a pool grows with them.
        unlimited = httpx2.Limits(max_connections=None)
        trusted = httpx2.create_ssl_context()  # once: it reads some hundred certificates
        self._pools = [
            httpx2.AsyncHTTPTransport(verify=trusted, limits=unlimited) for _ in range(_POOLS)
        ]
        self._busy = [0] * _POOLS

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over the least busy pool; it counts as busy until the head is there."""
        place = self._busy.index(min(self._busy))
        self._busy[place] += 1
        try:
            return await self._pools[place].handle_async_request(request)
        finally:
            self._busy[place] -= 1

    async def aclose(self) -> None:
        """Close all pools."""
        for pool in self._pools:
            await pool.aclose()


class BoundedClient(httpx2.AsyncClient):
    """Reads each body, an error's too, up to the limit.

    The servers are not ours: a body without end must not fill the memory, and a redirect must
    not carry the key elsewhere.
    """

    def __init__(self, limits: CallLimits) -> None:
        self._max_bytes = limits.bytes
        super().__init__(
            timeout=httpx2.Timeout(limits.silence, connect=limits.connect),
            # With a transport of ours httpx would not look for a proxy in the environment.
            transport=None if getproxies() else _Spread(),
            follow_redirects=False,
        )

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> httpx2.Response:
        """Send a request and read its whole body; `stream` is not on offer.

        Raises:
            TooLargeError: the body is over the limit.
        """
        del stream
        response = await super().send(request, stream=True, **options)
        body = bytearray()
        try:
            async for block in response.aiter_bytes(65536):
                body += block
                if len(body) > self._max_bytes:
                    raise TooLargeError(f"the reply is over the limit of {self._max_bytes:,} bytes")
        finally:
            await response.aclose()
        coded = {"content-encoding", "content-length", "transfer-encoding"}
        headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in coded]
        return httpx2.Response(
            response.status_code, headers=headers, content=bytes(body), request=request
        )
