"""Two specs compared: which of a rule's settings changed, and how."""

from collections.abc import Iterator, Mapping
from typing import Any

from wattrag.files import canonical_json

SHOWN = 60
_ABSENT = object()
# Keys whose values are hashes say more by name than by value.
_HASHES = {"code": "library code of this stage changed", "asked": "questions asked changed"}


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One line for each key that differs, by its dotted path: `settings.top_k: 8 -> 5`.

    Args:
        before: spec of the last run, see `wattrag.study.specs`.
        now: spec of the next.
    """
    return list(_lines(before, now, ""))


def _lines(before: Mapping[str, Any], now: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key in sorted({*before, *now}):
        old, new = before.get(key, _ABSENT), now.get(key, _ABSENT)
        if old == new:
            continue
        if not prefix and key in _HASHES:
            yield _HASHES[key]
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _lines(old, new, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}: {_shown(old)} -> {_shown(new)}"


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "(none)"
    text = value if isinstance(value, str) and value else canonical_json(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
