"""What an audit finds."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["problem", "notice"]


@dataclass(frozen=True)
class Finding:
    """One thing about an experiment that a reader of its numbers must know.

    Attributes:
        check: which check found it, in capitals, as KohakuRAG_UI calls it where it has it too.
        level: a `problem` makes a number wrong or not worth comparing; a `notice` qualifies it.
        value, limit: what was found, and what would have been right; None where neither is a
            number.
    """

    check: str
    level: Level
    detail: str
    value: float | None = None
    limit: float | None = None
