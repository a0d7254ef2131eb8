"""The HTTP client under the `openai` package: no redirects, and bodies of bounded size."""

import logging
from typing import Any

import httpx2
import openai

from wattrag.llm.limits import CallLimits
from wattrag.llm.openai_protocol.access import Access

_BLOCK = 65536
_CODED = {"content-encoding", "content-length", "transfer-encoding"}

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells of every request


class TooLargeError(openai.OpenAIError):
    """A body over the limit; the package does not try an `OpenAIError` again."""


class BoundedClient(httpx2.AsyncClient):
    """Reads each body, an error's too, up to the limit.

    The servers are not ours: a body without end must not fill the memory, and a redirect must
    not carry the key elsewhere.
    """

    def __init__(self, limits: CallLimits) -> None:
        self._max_bytes = limits.bytes
        super().__init__(
            timeout=httpx2.Timeout(limits.silence, connect=limits.connect),
            limits=httpx2.Limits(max_connections=None),  # who calls bounds the calls
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
            async for block in response.aiter_bytes(_BLOCK):
                body += block
                if len(body) > self._max_bytes:
                    raise TooLargeError(f"the reply is over the limit of {self._max_bytes:,} bytes")
        finally:
            await response.aclose()
        headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in _CODED]
        return httpx2.Response(
            response.status_code, headers=headers, content=bytes(body), request=request
        )


def connect_openai(access: Access, limits: CallLimits) -> openai.AsyncOpenAI:
    """A client of the package, with as many tries of its own as `limits` say."""
    return openai.AsyncOpenAI(
        api_key=access.key,
        base_url=access.address,
        max_retries=limits.retries,
        http_client=BoundedClient(limits),
    )
