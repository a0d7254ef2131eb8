"""The submission: one CSV row per answered question, in the question file's order."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from wattrag.datafiles.questions import QuestionFile
from wattrag.datafiles.table import check_unique, read_table, write_table
from wattrag.errors import InputError


class SubmissionRow(NamedTuple):
    """An answer as it is handed in; every cell is text, a blank answer is `is_blank`."""

    id: str
    question: str
    answer: str
    answer_value: str
    answer_unit: str
    ref_id: str
    ref_url: str
    supporting_materials: str
    explanation: str


COLUMNS = SubmissionRow._fields
REQUIRED = ("id", "answer_value", "ref_id")


def read_submission(path: Path) -> tuple[SubmissionRow, ...]:
    """Read a submission of ours or of another system; columns it lacks are empty.

    Raises:
        InputError: no `id`, `answer_value` or `ref_id` column, an empty or duplicate id.
    """
    table = read_table(path, required=REQUIRED)
    at, lacking = table.places["id"], any(column not in table.places for column in COLUMNS)
    for cells in table.records:
        cells[at] = cells[at].strip()
        if lacking:
            cells.append("")
    ids = [cells[at] for cells in table.records]
    if not all(ids):
        where = table.rows[ids.index("")].where
        raise InputError(where, "empty id", "give the id of a question")
    if len(set(ids)) < len(ids):
        check_unique(table.rows, "id")
    wanted = itemgetter(*(table.places.get(column, -1) for column in COLUMNS))
    return tuple(map(SubmissionRow._make, map(wanted, table.records)))


def write_submission(path: Path, rows: Iterable[SubmissionRow]) -> None:
    """Write rows in the given order, with the columns in the contract's order."""
    write_table(path, COLUMNS, ({c: getattr(row, c) for c in COLUMNS} for row in rows))


def check_ids(rows: Sequence[SubmissionRow], asked: Sequence[str], where: str) -> list[str]:
    """Return the asked ids that have no row, in the order asked.

    Raises:
        InputError: a row answers a question that was not asked.
    """
    known, answered = set(asked), {row.id for row in rows}
    if not answered <= known:
        unknown = next(row.id for row in rows if row.id not in known)
        raise InputError(where, f"unknown id '{unknown}'", "remove it, or name its questions")
    return [question_id for question_id in asked if question_id not in answered]


def without_unasked(
    rows: Sequence[SubmissionRow], every: QuestionFile, asked: QuestionFile
) -> tuple[SubmissionRow, ...]:
    """Drop rows of questions that the file has but a trial run did not ask."""
    skipped = {q.id for q in every.questions} - {q.id for q in asked.questions}
    return tuple(row for row in rows if row.id not in skipped)


def in_question_order(
    rows: Iterable[SubmissionRow], questions: QuestionFile
) -> list[SubmissionRow]:
    """Rows in the question file's order; rows of other questions keep theirs, at the end."""
    place = {question.id: number for number, question in enumerate(questions.questions)}
    return sorted(rows, key=lambda row: place.get(row.id, len(place)))
