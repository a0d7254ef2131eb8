"""How long to wait before a call is made again: as the server says, else longer each time."""

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUFFER_SECONDS = 1.0
"""Added to what a server says: clocks differ, and others wait for the same moment."""
LONGEST_HINT = 900.0
"""Seconds; a server that wants a longer wait has failed the call."""
JITTER = 0.25
"""Up to this share of a wait is added, never taken away: a server's word is kept."""

_HINT = re.compile(
    r"(?:try again|retry|wait)\s+(?:in|after|for)?\s*"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|hours?|h|minutes?|min|m|seconds?|sec|s)\s*)+)",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)


def hinted_wait(words: str, headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait for, or None if it does not say.

    Read are the headers `retry-after-ms` and `retry-after` (seconds or a date), then hints in the
    message, as `try again in 23ms`, `1m30s`, `in 2.5s`; the longest of them counts.
    """
    found = [_milliseconds(headers.get("retry-after-ms")), _after(headers.get("retry-after"))]
    hint = _HINT.search(words[:10_000])
    if hint is not None:
        found.append(sum(float(n) * _unit(unit) for n, unit in _PART.findall(hint[1])))
    said = [seconds for seconds in found if seconds is not None]
    return max(said) if said else None


def backoff(attempt: int, base: float) -> float:
    """Seconds before the try after the failed `attempt` (from 1): `base`, doubled each time."""
    return base * 2.0 ** (attempt - 1)


def jittered(seconds: float, draw: random.Random) -> float:
    """A wait, and up to a quarter more, so that calls that failed together come back apart."""
    return seconds * (1 + JITTER * draw.random())


def _unit(unit: str) -> float:
    if unit.lower().startswith("ms") or unit.lower().startswith("milli"):
        return 0.001
    return {"s": 1.0, "m": 60.0, "h": 3600.0}[unit[0].lower()]


def _milliseconds(value: str | None) -> float | None:
    seconds = _number(value)
    return None if seconds is None else seconds / 1000


def _after(value: str | None) -> float | None:
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    zoned = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (zoned - datetime.now(UTC)).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
