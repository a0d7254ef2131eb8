"""What plots read from the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.analysis.plots.labels import labels
from wattrag.analysis.tables.leaderboard import METRICS
from wattrag.analysis.tables.results_matrix import NA_CORRECT, VALUE_CORRECT
from wattrag.datafiles.table import Row, read_table
from wattrag.errors import InputError


@dataclass(frozen=True)
class Score:
    """A score from 0 to 1 with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Entry:
    """One experiment of a plot; a score is None where it is not defined."""

    name: str
    label: str
    type: str
    group: str
    scores: Mapping[str, Score | None]


@dataclass(frozen=True)
class Board:
    """The experiments of a plot, best first.

    Attributes:
        questions: how many questions each answered.
        right: name -> for each question, whether it was answered rightly: the right value, or
            an abstention where no answer exists.
    """

    entries: tuple[Entry, ...]
    questions: int
    right: Mapping[str, tuple[bool, ...]]


def read_board(leaderboard: Path, matrix: Path, line: int) -> Board:
    """Read the tables of a datafile; labels get lines of `line` characters.

    Raises:
        InputError: a column that is missing, or a cell that holds no number or truth value.
    """
    columns = [c for name in METRICS for c in (name, f"{name}_low", f"{name}_high")]
    rows = read_table(leaderboard, ("name", "type", "group", *columns)).rows
    entries = tuple(
        Entry(row["name"], label, row["type"], row["group"], _scores(row))
        for row, label in zip(rows, labels([row.cells for row in rows], line), strict=True)
    )
    right = read_right(matrix, [entry.name for entry in entries])
    questions = len(right[entries[0].name]) if entries else 0
    return Board(entries, questions, right)


def read_right(matrix: Path, names: Sequence[str]) -> dict[str, tuple[bool, ...]]:
    """For each experiment, which questions it answered rightly, in the matrix's order.

    Raises:
        InputError: a column that is missing, or a cell that holds no truth value.
    """
    suffixes = (VALUE_CORRECT, NA_CORRECT)
    rows = read_table(matrix, [f"{name}{suffix}" for name in names for suffix in suffixes]).rows
    return {
        name: tuple(all(_truth(row, f"{name}{suffix}") for suffix in suffixes) for row in rows)
        for name in names
    }


def _scores(row: Row) -> dict[str, Score | None]:
    return {name: read_score(row, name) for name in METRICS}


def read_score(row: Row, name: str) -> Score | None:
    """A score and its interval from a row's columns; None where it is not defined.

    Raises:
        InputError: a cell that holds no number.
    """
    if not row[name]:
        return None
    return Score(*(_number(row, column) for column in (name, f"{name}_low", f"{name}_high")))


def _number(row: Row, column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise _unusable(row, column, "a number") from None


def _truth(row: Row, column: str) -> bool:
    if row[column] not in {"True", "False"}:
        raise _unusable(row, column, "True or False")
    return row[column] == "True"


def _unusable(row: Row, column: str, expected: str) -> InputError:
    problem = f"{column}: '{row[column][:40]}' is not {expected}"
    return InputError(row.where, problem, "make the tables again")
