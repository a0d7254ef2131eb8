"""The question file: what is asked, and, where it is known, the gold answer."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wattrag.datafiles.ids import check_question_id
from wattrag.datafiles.table import Row, check_unique, read_table
from wattrag.errors import InputError
from wattrag.files import digest

FLAGS = ("Quote", "Table", "Figure", "Math", "is_NA")
MAX_QUESTION = 1_000_000
COLUMNS = (
    *("id", "question", "answer", "answer_value", "answer_unit", "ref_id", "ref_url"),
    *("supporting_materials", "explanation", "tolerance", *FLAGS),
)
"""Every column that means something to us; a file may have others."""
_TRUE_OR_FALSE = re.compile(r"\W*true\s*(?:or|/)\s*false\b", re.IGNORECASE)


def asks_true_or_false(question: str) -> bool:
    """Whether a question is a statement to be judged, as the reference task marks it."""
    return _TRUE_OR_FALSE.match(question) is not None


@dataclass(frozen=True)
class Gold:
    """The labelled answer of a question, its cells as they stand in the file."""

    answer: str
    answer_value: str
    ref_id: str
    supporting_materials: str = ""
    explanation: str = ""
    tolerance: str = ""


@dataclass(frozen=True)
class Question:
    """One question; `gold` is None in an unlabelled file, `flags` empty without flag columns."""

    id: str
    question: str
    answer_unit: str = ""
    gold: Gold | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionFile:
    """All questions of a datafile, in the file's order."""

    path: Path
    questions: tuple[Question, ...]
    labelled: bool
    has_flags: bool
    notice: str | None = None

    @property
    def asked(self) -> str:
        """Hash of all that a reader may see: ids, questions and units, never gold."""
        return digest([[q.id, q.question, q.answer_unit] for q in self.questions])

    def first(self, limit: int | None) -> "QuestionFile":
        """This file with its first `limit` questions only; None keeps all."""
        return replace(self, questions=self.questions[:limit])


def read_questions(
    path: Path, columns: Mapping[str, str] | None = None, limit: int | None = None
) -> QuestionFile:
    """Read a question file; it is labelled if its gold column `answer_value` holds anything.

    Args:
        path: CSV with `id, question`; optionally `answer_unit`, gold columns and flags.
        columns: our name -> the file's name.
        limit: keep the first `limit` questions, for trial runs.

    Raises:
        InputError: missing columns, a mapping of none of ours or of one column twice, a duplicate
            or unusable id, an empty question, no rows.
    """
    _check_mapping(columns or {}, str(path))
    table = read_table(path, required=("id", "question"), columns=columns)
    labelled = any(row.get("answer_value").strip() for row in table.rows)
    flags = tuple(flag for flag in FLAGS if flag in table.columns)
    questions = tuple(_question(row, flags, _gold(row) if labelled else None) for row in table.rows)
    if not questions:
        raise InputError(str(path), "holds no questions", "add at least one row")
    check_unique(table.rows, "id")
    return QuestionFile(path, questions[:limit], labelled, bool(flags), table.notice)


def _check_mapping(columns: Mapping[str, str], where: str) -> None:
    seen: dict[str, str] = {}
    for ours, theirs in columns.items():
        if ours not in COLUMNS:
            close = difflib.get_close_matches(ours, COLUMNS, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"ours are {', '.join(COLUMNS)}"
            raise InputError(where, f"columns: we have no column '{ours}'", hint)
        if (other := seen.setdefault(theirs, ours)) != ours:
            problem = f"columns: '{theirs}' stands for both '{other}' and '{ours}'"
            raise InputError(where, problem, "name each of its columns once")


def _question(row: Row, flags: tuple[str, ...], gold: Gold | None) -> Question:
    question_id = check_question_id(row["id"].strip(), row.where)
    text = row["question"].strip()
    if not any(map(str.isalnum, text)):
        raise InputError(row.where, f"empty question '{question_id}'", "write it or remove the row")
    if len(text) > MAX_QUESTION:
        raise InputError(row.where, f"question of {len(text)} characters", "shorten it")
    return Question(
        question_id,
        text,
        row.get("answer_unit").strip(),
        gold,
        tuple(f for f in flags if row[f].strip().lower() in {"1", "1.0", "true", "yes"}),
    )


def _gold(row: Row) -> Gold:
    fields = ("answer", "answer_value", "ref_id", "supporting_materials", "explanation")
    return Gold(**{f: row.get(f) for f in fields}, tolerance=row.get("tolerance"))
