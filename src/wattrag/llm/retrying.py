"""Calling again what may pass: bounded tries, the server's own waits, no slot held meanwhile."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from wattrag.errors import RunFailedError
from wattrag.llm.waits import BUFFER_SECONDS, LONGEST_HINT, backoff, jittered

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class PassingError(RunFailedError):
    """A failure that may pass: busy, broken off, silent, out of order, half a reply."""

    def __init__(self, line: str, *, limited: bool = False, wait: float | None = None) -> None:
        """Take what went wrong.

        Args:
            line: for the user, if it does not pass.
            limited: the server has had enough of us for now.
            wait: seconds that the server asks to wait for.
        """
        super().__init__(line)
        self.limited, self.wait = limited, wait


@dataclass(frozen=True)
class Patience:
    """How often and how soon a call is made again."""

    max_retries: int = 5
    base_retry_delay: float = 3
    """Seconds before the first further try."""


class Slots:
    """At most so many calls in flight; 0 sets no limit."""

    def __init__(self, count: int) -> None:
        self._held: AbstractAsyncContextManager[Any] = (
            asyncio.Semaphore(count) if count else nullcontext()
        )

    async def __aenter__(self) -> None:
        await self._held.__aenter__()

    async def __aexit__(self, *error: Any) -> None:
        await self._held.__aexit__(*error)


async def persistently(
    call: Callable[[], Awaitable[_Result]], slots: Slots, patience: Patience
) -> tuple[_Result, int]:
    """The result of a call and the tries it took; a call that waits holds no slot.

    Args:
        call: one try; raises `PassingError` for what may pass.
        slots: bound the tries in flight.
        patience: bounds the tries.

    Raises:
        RunFailedError: the last try failed too, or the server asks for a wait out of all reason.
    """
    tries = 0

    async def one() -> _Result:
        nonlocal tries
        tries += 1
        async with slots:
            return await call()

    try:
        return await one(), tries
    except PassingError as error:
        first = error
    # Most calls succeed at once: only the others pay for the machinery.
    return await _again(one, first, patience), tries


async def _again(
    call: Callable[[], Awaitable[_Result]], first: PassingError, patience: Patience
) -> _Result:
    """Wait and call again, after a first try that failed."""
    draw = random.Random()  # noqa: S311 - spreads waits, nothing depends on it
    failures = [first]

    async def one() -> _Result:
        if failures:
            raise failures.pop()
        return await call()

    def wait(state: RetryCallState) -> float:
        failure = _failure(state)
        if failure.wait is None:
            return jittered(backoff(state.attempt_number, patience.base_retry_delay), draw)
        return jittered(failure.wait + BUFFER_SECONDS, draw)

    def give_up(state: RetryCallState) -> bool:
        failure = _failure(state)
        return failure.wait is not None and failure.wait > LONGEST_HINT

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(PassingError),
        stop=lambda state: give_up(state) or stop_after_attempt(patience.max_retries + 1)(state),
        wait=wait,
        before_sleep=lambda state: _tell(state, patience.max_retries + 1),
        reraise=True,
    )
    return await retrying(one)


def _failure(state: RetryCallState) -> PassingError:
    failure = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(failure, PassingError)  # noqa: S101 - nothing else is tried again
    return failure


def _tell(state: RetryCallState, most: int) -> None:
    """Log a wait, in the words that users of this kind of tool know."""
    failure, seconds = _failure(state), state.upcoming_sleep
    what = "Rate limit hit" if failure.limited else f"Call failed: {failure}"
    _log.info(
        "%s (attempt %d/%d). Waiting %.2fs before retry...",
        what, state.attempt_number, most, seconds,
    )  # fmt: skip
