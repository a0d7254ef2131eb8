"""Members of an ensemble, and what each says to a question."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from wattrag.datafiles.refs import parse_refs
from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.options import VoteOptions
from wattrag.ensemble.reading import AS_MEANT, LETTER_BY_LETTER
from wattrag.errors import InputError
from wattrag.scoring.blank import is_blank
from wattrag.scoring.normalise import normalise

DEFAULT_CONFIDENCE = 0.5
_REMEMBERED = 500  # characters; members give the same answers again and again


@dataclass(frozen=True)
class Member:
    """A submission that takes part.

    Attributes:
        weight: how many votes it has.
        confidences: question id -> the answer's own confidence, 0 to 1; 0.5 where there is none.

    Raises:
        InputError: a weight or confidence out of range.
    """

    name: str
    rows: Sequence[SubmissionRow]
    weight: float = 1.0
    confidences: Mapping[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InputError(f"member '{self.name}'", f"weight {self.weight}", "use 0 or more")
        for question_id, confidence in self.confidences.items():
            if confidence is not None and not 0 <= confidence <= 1:
                where = f"member '{self.name}', question '{question_id}'"
                raise InputError(where, f"confidence {confidence}", "use 0 to 1")


class Content(NamedTuple):
    """What an answer says, read for the vote.

    Attributes:
        value, citations_key: equal where members agree.
        citations: cited documents in the cell's order.
        abstains: whether the answer is blank.
        cites: whether any document is cited.
        plain: whether the value is written as gold answers are.
    """

    value: Hashable
    citations: tuple[str, ...]
    citations_key: Hashable
    abstains: bool
    cites: bool
    plain: bool


class Ballot(NamedTuple):
    """One member's answer to one question; `power` is how much the vote counts."""

    row: SubmissionRow
    content: Content
    power: float


def cast(member: Member, row: SubmissionRow, options: VoteOptions) -> Ballot:
    """The ballot of a member that has a row for the question."""
    power = member.weight
    if options.strategy == "confidence":
        confidence = member.confidences.get(row.id)
        power *= DEFAULT_CONFIDENCE if confidence is None else confidence
    cells = (row.answer_value, row.ref_id)
    read = _read_short if sum(map(len, cells)) <= _REMEMBERED else _read
    return Ballot(row, read(*cells, raw=options.raw_votes), power)


def _read(value: str, ref_id: str, *, raw: bool) -> Content:
    reading = LETTER_BY_LETTER if raw else AS_MEANT
    return Content(
        value=reading.value_key(value),
        citations=reading.citations(ref_id),
        citations_key=reading.citations_key(ref_id),
        abstains=is_blank(value),
        cites=bool(parse_refs(ref_id)),
        plain=value == normalise(value),
    )


_read_short = lru_cache(maxsize=50_000)(_read)
