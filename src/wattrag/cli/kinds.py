"""The kinds of files people write, how each is recognised, and what checking one means."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.config.models import read_models
from wattrag.datafiles.decoding import decode
from wattrag.datafiles.questions import (
    FLAGS,
    Question,
    QuestionFile,
    asks_true_or_false,
    read_questions,
)
from wattrag.datafiles.refs import parse_refs
from wattrag.datafiles.sheet import read_sheet
from wattrag.datafiles.submission import SubmissionRow, check_ids, read_submission
from wattrag.datafiles.table import read_table
from wattrag.errors import InputError
from wattrag.files import read_bytes
from wattrag.scoring.blank import is_blank
from wattrag.study.jobs import ensembles, experiments, external_results
from wattrag.study.load import load_study, read_config_file

SHOWN_IDS = 10


@dataclass(frozen=True)
class Against:
    """What submissions are held against: a question file, a sheet's document ids, or neither."""

    questions: QuestionFile | None = None
    documents: frozenset[str] | None = None


def kind_of(path: Path, against: Against) -> str:
    """The kind of a file, by its ending and its keys or columns.

    Labelled questions and submissions may have the same columns. Such a file is a submission if
    there are questions to hold it against, or if its name says so.

    Raises:
        InputError: an unreadable file, or one of no known kind.
    """
    if path.suffix.lower() in {".yaml", ".yml"}:
        entries = read_config_file(path).values()
        return (
            "models" if any(isinstance(e, dict) and "provider" in e for e in entries) else "study"
        )
    columns = _columns(path)
    if columns & {"title", "url", "citation"}:
        return "sheet"
    is_answered = columns & {"answer_value", "ref_id"} and not columns & {f.lower() for f in FLAGS}
    if is_answered and ("question" not in columns or _handed_in(path, against)):
        return "submission"
    if any(column.startswith("question") for column in columns):
        return "questions"
    read_table(path, required=())
    raise InputError(
        f"{path}:1",
        "has the columns of no file of ours",
        "sheets need id, title, url; questions id, question; submissions id, answer_value, ref_id",
    )


def check_study(path: Path, _: Against) -> str:
    """Read a study's configuration and all that it names, as the workflow does."""
    study = load_study(read_config_file(path), str(path))
    found = len(experiments(study)), len(external_results(study)), len(ensembles(study))
    kinds = zip(found, ("experiment", "external result", "ensemble"), strict=True)
    return ", ".join(_count(n, kind) for n, kind in kinds if n) or "nothing to run"


def check_models(path: Path, _: Against) -> str:
    """Read a `models.yaml`."""
    return _count(len(read_models(path)), "entry", "entries")


def check_sheet(path: Path, _: Against) -> str:
    """Read a document sheet."""
    return _count(len(read_sheet(path)), "document")


def check_questions(path: Path, _: Against) -> str:
    """Read a question file."""
    found = read_questions(path)
    gold = "labelled" if found.labelled else "no gold: answers cannot be scored"
    return f"{_count(len(found.questions), 'row')}, {gold}"


def check_submission(path: Path, against: Against) -> str:
    """Read a submission; hold it against its questions and the documents it may cite."""
    rows = read_submission(path)
    if against.questions is not None:
        questions = against.questions.questions
        missing = check_ids(rows, [q.id for q in questions], str(path))
        if missing:
            raise InputError(str(path), f"misses {_listed(missing)}", "answer them, or `is_blank`")
        _check_values(rows, questions, path)
    if against.documents is not None:
        _check_refs(rows, against.documents, path)
    return _count(len(rows), "row")


READERS: Mapping[str, Callable[[Path, Against], str]] = {
    "study": check_study,
    "models": check_models,
    "sheet": check_sheet,
    "questions": check_questions,
    "submission": check_submission,
}


def _columns(path: Path) -> set[str]:
    """The header's cells in lower case; none if the header is broken."""
    try:
        header = next(csv.reader(io.StringIO(decode(read_bytes(path)).text, newline="")), [])
    except csv.Error:
        return set()
    return {cell.strip().lower() for cell in header}


def _handed_in(path: Path, against: Against) -> bool:
    if against.questions is not None:
        return not path.samefile(against.questions.path)
    return re.search(r"submission|preds", path.stem.lower()) is not None


def _check_values(rows: Sequence[SubmissionRow], questions: Sequence[Question], path: Path) -> None:
    closed = {q.id for q in questions if asks_true_or_false(q.question)}
    for row in rows:
        value = row.answer_value.strip()
        if row.id in closed and value not in {"0", "1"} and not is_blank(value):
            raise InputError(
                str(path), f"{row.id}: '{value[:40]}' answers True or False", "write 1 or 0"
            )


def _check_refs(rows: Sequence[SubmissionRow], documents: frozenset[str], path: Path) -> None:
    for row in rows:
        unknown = [ref for ref in parse_refs(row.ref_id) if ref not in documents]
        if unknown:
            raise InputError(
                str(path), f"{row.id}: cites {_listed(unknown)}, not in the sheet", "mend ref_id"
            )


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
    return f"{', '.join(ids[:SHOWN_IDS])}{more}"


def _count(n: int, noun: str, nouns: str | None = None) -> str:
    return f"{n} {noun if n == 1 else nouns or noun + 's'}"
