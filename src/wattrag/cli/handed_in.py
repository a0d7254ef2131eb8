"""What the competition would refuse in a submission, or read otherwise than it was meant.

Its scorer reads the file with pandas, joins it to the questions by id, and takes cells as they
are: an empty one becomes the text `nan`, which passes for an answer.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.datafiles.questions import QuestionFile, asks_true_or_false
from wattrag.datafiles.refs import parse_refs
from wattrag.datafiles.submission import COLUMNS, REQUIRED
from wattrag.datafiles.table import Row, Table, read_table
from wattrag.errors import InputError
from wattrag.scoring.blank import BLANK, is_blank
from wattrag.scoring.refs import tokens

SHOWN_IDS = 10
SHOWN_CELL = 40
NOTHING = frozenset(
    (
        *("", "#N/A", "#N/A N/A", "#NA", "<NA>", "N/A", "NA", "n/a", "NULL", "null", "None"),
        *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    )
)
"""Cells that pandas reads as missing."""


@dataclass(frozen=True)
class Against:
    """What submissions are held against: a question file, a sheet's document ids, or neither."""

    questions: QuestionFile | None = None
    documents: frozenset[str] | None = None


def check_handed_in(path: Path, against: Against) -> int:
    """Read a submission and hold it against its questions and the documents it may cite.

    Returns:
        The number of its rows.

    Raises:
        InputError: no CSV file, or one without `id`, `answer_value` and `ref_id`.
        ExceptionGroup: of InputErrors, all that is wrong with its columns, ids and cells.
    """
    table = read_table(path, required=REQUIRED)
    found = [*_ids(table)]
    if against.questions is not None:
        found += [*_columns(table), *_asked(table, against.questions)]
        closed = {q.id for q in against.questions.questions if asks_true_or_false(q.question)}
        for row in table.rows:
            found += _cells(row, path, closed)
    if against.documents is not None:
        for row in table.rows:
            found += _cited(row, path, against.documents)
    if found:
        raise ExceptionGroup(str(path), found)
    return len(table.rows)


def _columns(table: Table) -> Iterator[InputError]:
    """All nine, in their order."""
    where, wanted = f"{table.path}:1", f"hand in {', '.join(COLUMNS)}"
    missing = [name for name in COLUMNS if name not in table.columns]
    unknown = [name for name in table.columns if name not in COLUMNS]
    if missing:
        yield InputError(where, f"lacks the columns {', '.join(missing)}", wanted)
    if unknown:
        listed = ", ".join(name or "(no name)" for name in unknown)
        yield InputError(where, f"has the further columns {listed}", wanted)
    if not missing and not unknown and table.columns != COLUMNS:
        yield InputError(where, "has the columns in another order", wanted)


def _ids(table: Table) -> Iterator[InputError]:
    """None is empty or there twice."""
    first: dict[str, str] = {}
    for row in table.rows:
        name = row["id"].strip()
        if not name:
            yield InputError(row.where, "empty id", "give the id of a question")
        elif name in first:
            problem = f"duplicate id '{name}' (first at {first[name]})"
            yield InputError(row.where, problem, "remove one")
        else:
            first[name] = row.where


def _asked(table: Table, questions: QuestionFile) -> Iterator[InputError]:
    """Each question has a row, each row a question."""
    asked = [question.id for question in questions.questions]
    answered = Counter(row["id"].strip() for row in table.rows)
    missing = [name for name in asked if name not in answered]
    if missing:
        problem = f"misses {listed(missing)}"
        yield InputError(str(table.path), problem, "answer them, or `is_blank`")
    known = {"", *asked}
    for name in answered:
        if name not in known:
            cure = "remove it, or name its questions"
            yield InputError(str(table.path), f"unknown id '{name}'", cure)


def _cells(row: Row, path: Path, closed: set[str]) -> Iterator[InputError]:
    """The cells of one row, as the scorer reads them."""
    name, value, refs = row["id"].strip(), row["answer_value"], row["ref_id"]

    def problem(what: str, cure: str) -> InputError:
        return InputError(str(path), f"{name}: {what}", cure)

    for column in ("answer_value", "ref_id"):
        if row[column].strip() in NOTHING:
            what = f"{column} '{row[column]}'" if row[column].strip() else f"an empty {column}"
            yield problem(f"{what} is read as the text nan, not as a blank", f"write `{BLANK}`")
    explanation = row.get("explanation")
    if explanation and not explanation.strip():
        yield problem("the explanation is nothing but spaces", f"write one, or `{BLANK}`")
    if value.strip() not in NOTHING and not _is_finite(value):
        yield problem(f"'{value.strip()[:SHOWN_CELL]}' is no finite number", "mend answer_value")
    if name in closed and value.strip() not in {"0", "1"} and not is_blank(value):
        yield problem(f"'{value.strip()[:SHOWN_CELL]}' answers True or False", "write 1 or 0")
    if refs.strip() in NOTHING:
        return
    cited = parse_refs(refs)
    if is_blank(value) and value.strip() not in NOTHING and tokens(refs) != {BLANK}:
        said = f"cites {listed(cited)}" if cited else f"has the ref_id '{refs[:SHOWN_CELL]}'"
        yield problem(f"is blank and {said}", f"write `{BLANK}` into ref_id as well")
    elif cited and tokens(refs) != {ref.lower() for ref in cited}:
        yield problem(
            f"ref_id '{refs[:SHOWN_CELL]}' is read as another id", f"write {json.dumps(cited)}"
        )


def _is_finite(value: str) -> bool:
    """False for a number, or a list with one, that is none that can be compared."""
    text = value.strip()
    parts = text.strip("[]").split(",") if text.startswith("[") else [text.replace(",", "")]
    return all(map(_finite, parts))


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return True  # words


def _cited(row: Row, path: Path, documents: frozenset[str]) -> Iterator[InputError]:
    refs = "" if row["ref_id"].strip() in NOTHING else row["ref_id"]
    unknown = [ref for ref in parse_refs(refs) if ref not in documents]
    if unknown:
        problem = f"{row['id'].strip()}: cites {listed(unknown)}, not in the sheet"
        yield InputError(str(path), problem, "mend ref_id")


def listed(ids: Sequence[str]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
    return f"{', '.join(ids[:SHOWN_IDS])}{more}"
