"""One attempt at a question: the reader is shown the evidence, and answers or fails."""

from dataclasses import dataclass
from time import perf_counter

from wattrag.answering.reader import AttemptLog, Evidence, Reader, UnreadableReplyError
from wattrag.answering.records import Answer, ErrorKind, Tried
from wattrag.errors import InputError, LimitReachedError, RunFailedError
from wattrag.retrieval.records import Retrieved, Snippet

BLANK, UNCITED, CITED = range(3)
"""How good an answer is; one that cites evidence that was shown ends the deepening."""


@dataclass(frozen=True)
class Attempted:
    """What was shown, what was noted, and an answer or an error."""

    evidence: Evidence
    log: AttemptLog
    seconds: float
    """Wall time; questions are read side by side."""
    answer: Answer | None
    error: str | None = None
    error_kind: ErrorKind | None = None

    @property
    def shown(self) -> tuple[Snippet, ...]:
        """The text that was put to the reader."""
        return self.evidence.shown if self.log.shown is None else self.log.shown

    @property
    def rank(self) -> int:
        """`BLANK`, `UNCITED` or `CITED`; an error is no better than a blank."""
        if self.answer is None or self.answer.is_blank:
            return BLANK
        shown = {snippet.document_id for snippet in self.shown}
        return CITED if shown.intersection(self.answer.ref_id) else UNCITED

    def tried(self, retrieved: Retrieved) -> Tried:
        """This attempt as a record."""
        cuts = retrieved.attempts[self.evidence.attempt]
        return Tried(
            attempt=self.evidence.attempt,
            top_k=cuts.top_k,
            top_k_final=cuts.top_k_final,
            num_snippets=len(self.shown),
            num_images=self.log.num_images,
            value=self.answer and self.answer.value,
            raw_response=self.log.replies[-1] if self.log.replies else None,
            error=self.error,
        )


async def attempt(retrieved: Retrieved, number: int, reader: Reader) -> Attempted:
    """Make an attempt (from 0).

    Raises:
        InputError: what is wrong would be so for every question.
        LimitReachedError: a ceiling of the study is reached.
    """
    log, evidence = AttemptLog(), Evidence.of(retrieved, number)
    answer: Answer | None = None
    error: Exception | None = None
    started = perf_counter()
    try:
        answer = await reader.read(retrieved.question, retrieved.answer_unit, evidence, log)
    except (InputError, LimitReachedError):
        raise
    except Exception as failure:  # noqa: BLE001  # whatever a reader meets is this question's
        error = failure
    seconds = perf_counter() - started
    if error is None:
        return Attempted(evidence, log, seconds, answer)
    told = f"{type(error).__name__}: {error}"
    return Attempted(evidence, log, seconds, None, told, _kind(error))


def _kind(error: Exception) -> ErrorKind:
    if isinstance(error, UnreadableReplyError):
        return "unreadable"
    return "call_failed" if isinstance(error, RunFailedError) else "not_read"
