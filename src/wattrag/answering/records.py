"""Answer records: one per question, in `answers.jsonl`; the same bytes in every run."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wattrag.errors import RunFailedError

BLANK = "is_blank"
SCHEMA_VERSION = 1
"""Of `answers.jsonl`, `usage.json` and `summary.json`; raised when a field changes its meaning."""

ErrorKind = Literal["call_failed", "unreadable", "not_read"]
"""A call that failed for good; replies without an answer; anything else that kept a reader from
its work."""


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
    """Documents cited; empty exactly if the answer is blank, or cites nothing."""
    supporting_materials: str = ""
    """The sentence that the reader quotes."""
    evidence: tuple[str, ...] = ()
    """Ids of the nodes the answer was taken from, where the reader says so."""
    explanation: str = ""
    confidence: float | None = None
    """How sure the reader is, 0 to 1; null where it does not say."""

    @property
    def is_blank(self) -> bool:
        """Whether the reader abstained."""
        return self.value == BLANK


class Checks(_Record):
    """An answer held against the evidence that was shown; null where there is nothing to check."""

    unshown_ref_id: tuple[str, ...] = ()
    """Cited documents of which nothing was shown."""
    quote_node: str | None = None
    """The node whose shown text holds the quoted sentence; null if none does."""
    quote_page: int | None = None
    """Its page."""
    value_supported: bool | None = None
    """Whether the shown text of the cited documents holds the value; null for True and False,
    which a text implies rather than holds."""


class Tried(_Record):
    """One attempt at a question."""

    attempt: int
    """From 0."""
    top_k: int
    top_k_final: int | None
    num_snippets: int
    """Pieces of evidence shown, after they were fitted to the model's window."""
    num_images: int = Field(default=0, exclude_if=lambda count: count == 0)
    """Images shown; written only if there are some."""
    value: str | None
    """The answer's value; null after an error."""
    raw_response: str | None
    """The model's last reply as it came; null for readers without a model."""
    error: str | None = None


class AnswerRecord(_Record):
    """One line of `answers.jsonl`: the answer kept, or the error that took its place."""

    schema_version: int = SCHEMA_VERSION
    id: str
    """As in the question file."""
    question: str
    answer_unit: str
    status: Literal["ok", "error"]
    answer: Answer | None
    """Null exactly if `status` is `error`."""
    error: str | None = None
    error_kind: ErrorKind | None = None
    attempts: int
    """Attempts made, the first included."""
    tried: tuple[Tried, ...] = ()
    """All attempts, in order."""
    ref_url: tuple[str, ...] = ()
    """Urls of the cited documents, in step with `answer.ref_id`; empty where there is none."""
    supporting_materials: str = ""
    """The quoted sentence with its page, else the citations of the cited documents."""
    checks: Checks | None = None
    """Null without an answer, and for a blank one."""


def check_answered(records: Iterable[AnswerRecord], *, allow_errors: bool) -> None:
    """Make sure that every question was answered, be it with a blank.

    Args:
        records: of all questions.
        allow_errors: the study takes error records as they are.

    Raises:
        RunFailedError: there are error records; the first is named.
    """
    failed = [record for record in records if record.status == "error"]
    if failed and not allow_errors:
        first = f"{failed[0].id}: {failed[0].error}"
        raise RunFailedError(f"{len(failed)} questions failed, first {first}")
