"""Downloads that end: bounded in time, size, redirects and retries."""

import asyncio
import email.utils
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import tenacity

from wattrag.errors import InputError, RunFailedError

if TYPE_CHECKING:
    from wattrag.corpus.fetch import FetchLimits

USER_AGENT = "wattrag (research; https://github.com/wattrag/wattrag)"
RETRIED_STATUS = {408, 425, 429, 500, 502, 503, 504}
FIRST_WAIT_SECONDS = 0.5
HIDDEN = "***"
CONNECT_SECONDS = 20.0


class _TransientError(Exception):
    """A failure that may pass; `wait` is what the server asks for, in seconds."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def shown(url: str) -> str:
    """`url` for messages: without the password it may carry, at most 200 characters."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return url[:200]
    return str(parsed.copy_with(password=HIDDEN) if parsed.password else parsed)[:200]


def download(url: str, target: Path, limits: "FetchLimits", where: str) -> None:
    """Download `url` to `target`.

    Connection errors and the statuses 408, 425, 429 and 5xx are retried with growing waits; a
    `Retry-After` is respected up to `limits.longest_wait` seconds.

    Raises:
        InputError: the address is wrong, the server refuses, or the document is too large.
        RunFailedError: it kept failing, or the time was up.
    """
    _run(_download_in_time(url, target, limits, where))


def _run(coroutine: Coroutine[None, None, None]) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(coroutine)
        return
    with ThreadPoolExecutor(1) as thread:  # a notebook has a running loop already
        thread.submit(asyncio.run, coroutine).result()


async def _download_in_time(url: str, target: Path, limits: "FetchLimits", where: str) -> None:
    retrying = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type((_TransientError, httpx.TransportError))
        & tenacity.retry_if_not_exception_type(httpx.UnsupportedProtocol),
        stop=tenacity.stop_after_attempt(limits.attempts),
        wait=_Wait(limits.longest_wait),
        reraise=True,
    )
    try:
        async with asyncio.timeout(limits.seconds):
            await retrying(_attempt, url, target, limits, where)
    except TimeoutError as error:
        raise RunFailedError(f"{where}: not downloaded within {limits.seconds:g} s") from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise InputError(where, f"no usable address ({error})", "correct the url") from error
    except httpx.TooManyRedirects as error:
        problem = f"redirects more than {limits.redirects} times"
        raise InputError(where, problem, "give the final address") from error
    except (_TransientError, httpx.HTTPError) as error:
        reason = str(error) or type(error).__name__
        raise RunFailedError(
            f"{where}: download failed {limits.attempts} times ({reason}); try again later"
        ) from error


class _Wait(tenacity.wait.wait_base):
    """Doubling waits, or what the server asked for, whichever is longer; never above `longest`."""

    def __init__(self, longest: float) -> None:
        self.longest = longest

    def __call__(self, retry_state: tenacity.RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.wait if isinstance(error, _TransientError) and error.wait else 0.0
        doubling = FIRST_WAIT_SECONDS * 2.0 ** (retry_state.attempt_number - 1)
        return float(min(max(asked, doubling), self.longest))


async def _attempt(url: str, target: Path, limits: "FetchLimits", where: str) -> None:
    client = httpx.AsyncClient(
        follow_redirects=True,
        max_redirects=limits.redirects,
        timeout=httpx.Timeout(limits.seconds, connect=min(CONNECT_SECONDS, limits.seconds)),
        headers={"User-Agent": USER_AGENT},
    )
    async with client, client.stream("GET", url) as response:
        _check_status(response, where)
        _check_size(int(response.headers.get("Content-Length", "0") or 0), limits, where)
        received = 0
        with target.open("wb") as out:
            async for block in response.aiter_bytes():
                received += len(block)
                _check_size(received, limits, where)
                out.write(block)


def _check_status(response: httpx.Response, where: str) -> None:
    if response.is_success:
        return
    status = f"{response.status_code} {response.reason_phrase}".strip()
    if response.status_code in RETRIED_STATUS:
        raise _TransientError(f"the server answers {status}", _retry_after(response))
    raise InputError(where, f"the server answers {status}", "check the url in a browser")


def _check_size(size: int, limits: "FetchLimits", where: str) -> None:
    if size > limits.max_bytes:
        raise InputError(
            where,
            f"is larger than the limit of {limits.megabytes:g} MB",
            "raise the limit or leave the document out",
        )


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, 10.2.3)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value[:6])
    try:
        return email.utils.parsedate_to_datetime(value).timestamp() - time.time()
    except (TypeError, ValueError):
        return None
