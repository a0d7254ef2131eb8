"""Members of an ensemble, and what each says to a question."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from wattrag.datafiles.refs import parse_refs
from wattrag.datafiles.submission import SubmissionRow
from wattrag.ensemble.options import VoteOptions
from wattrag.ensemble.reading import AS_MEANT, LETTER_BY_LETTER
from wattrag.errors import InputError
from wattrag.scoring.blank import is_blank
from wattrag.scoring.normalise import normalise

DEFAULT_CONFIDENCE = 0.5


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


@dataclass(frozen=True)
class Ballot:
    """One member's answer to one question, read for the vote.

    Attributes:
        value, citations_key: equal where members agree.
        citations: cited documents in the cell's order.
        power: how much the vote counts.
        abstains: whether the answer is blank.
        cites: whether any document is cited.
        plain: whether the value is written as gold answers are.
    """

    row: SubmissionRow
    value: Hashable
    citations: tuple[str, ...]
    citations_key: Hashable
    power: float
    abstains: bool
    cites: bool
    plain: bool


def cast(member: Member, row: SubmissionRow, options: VoteOptions) -> Ballot:
    """The ballot of a member that has a row for the question."""
    reading = LETTER_BY_LETTER if options.raw_votes else AS_MEANT
    power = member.weight
    if options.strategy == "confidence":
        confidence = member.confidences.get(row.id)
        power *= DEFAULT_CONFIDENCE if confidence is None else confidence
    return Ballot(
        row=row,
        value=reading.value_key(row.answer_value),
        citations=reading.citations(row.ref_id),
        citations_key=reading.citations_key(row.ref_id),
        power=power,
        abstains=is_blank(row.answer_value),
        cites=bool(parse_refs(row.ref_id)),
        plain=row.answer_value == normalise(row.answer_value),
    )
