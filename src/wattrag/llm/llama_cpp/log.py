"""What llama.cpp itself says: kept from the terminal, and the reason of a failure in it."""

import functools
import re
from typing import Any

_ERROR = 4  # GGML_LOG_LEVEL_ERROR
_SHOWN = 200
_PREFIX = re.compile(r"^\w+: (error loading model: )?")


def forget_error() -> None:
    """Silence llama.cpp, and wait for its next error."""
    _lines().clear()


def first_error() -> str | None:
    """Its first error since then, which is the cause of those that follow."""
    return next(iter(_lines()), None)


@functools.cache
def _lines() -> list[str]:
    import llama_cpp

    lines: list[str] = []

    def take(level: int, text: bytes, _data: Any) -> None:
        if level == _ERROR and not lines:
            lines.append(_PREFIX.sub("", text.decode(errors="replace").strip())[:_SHOWN])

    callback = llama_cpp.llama_log_callback(take)
    llama_cpp.llama_log_set(callback, None)
    _callbacks.append(callback)
    return lines


_callbacks: list[Any] = []
"""llama.cpp keeps a bare pointer to its callback, which must not go away."""
