"""Answer records: one per question, in `answers.jsonl` (deterministic) and `usage.json`."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from wattrag.errors import RunFailedError

BLANK = "is_blank"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(_Record):
    """What a reader says to one question over one attempt's context."""

    answer: str
    """Short answer in words."""
    value: str
    """Normalised value: a plain number, `[lo,hi]`, `1`/`0`, a name, or `is_blank`."""
    raw_value: str
    """The value as the reader gave it."""
    ref_id: tuple[str, ...] = ()
    """Documents cited; empty exactly if the answer is blank."""
    supporting_materials: str = ""
    """The quoted sentence."""
    evidence: tuple[str, ...] = ()
    """Ids of the nodes the answer was taken from."""
    explanation: str = ""
    confidence: float | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the reader abstained."""
        return self.value == BLANK


class AnswerRecord(_Record):
    """One line of `answers.jsonl`: the answer kept, or the error that took its place."""

    id: str
    question: str
    answer_unit: str
    status: Literal["ok", "error"]
    answer: Answer | None
    """Null exactly if `status` is `error`."""
    error: str | None = None
    attempts: int
    """Attempts made, the first included."""
    ref_url: tuple[str, ...] = ()
    """Urls of the cited documents, in step with `answer.ref_id`."""


def check_answered(records: Iterable[AnswerRecord]) -> None:
    """Make sure that every question was answered, be it with a blank.

    Raises:
        RunFailedError: there are error records; the first is named.
    """
    failed = [record for record in records if record.status == "error"]
    if failed:
        first = f"{failed[0].id}: {failed[0].error}"
        raise RunFailedError(f"{len(failed)} questions failed, first {first}")


def failed_ids(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Ids of the error records among rows of `answers.jsonl`."""
    return frozenset(row["id"] for row in rows if row["status"] == "error")
