"""From answer records to the rows that are handed in."""

from collections.abc import Iterable

from wattrag.answering.records import BLANK, AnswerRecord
from wattrag.datafiles.refs import format_refs
from wattrag.datafiles.submission import SubmissionRow

UNABLE = "Unable to answer with confidence based on the provided documents."
"""The sentence that the reference task puts into `answer` where a question cannot be answered."""


def submission_rows(records: Iterable[AnswerRecord]) -> list[SubmissionRow]:
    """The rows of a submission, in the records' order; an error record has none."""
    return [row for record in records if (row := submission_row(record)) is not None]


def submission_row(record: AnswerRecord) -> SubmissionRow | None:
    """The row of one record, or None if the question was not answered."""
    answer = record.answer
    if answer is None:
        return None
    blank = answer.is_blank
    return SubmissionRow(
        id=record.id,
        question=record.question,
        answer=UNABLE if blank else answer.answer,
        answer_value=answer.value,
        answer_unit=record.answer_unit,
        ref_id=BLANK if blank else format_refs(answer.ref_id),
        ref_url=BLANK if blank else format_refs([url for url in record.ref_url if url]),
        supporting_materials=BLANK if blank else record.supporting_materials or BLANK,
        explanation=BLANK if blank else answer.explanation or BLANK,
    )
