"""Reading and writing CSV tables with errors that name file and row."""

import csv
import difflib
import io
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from wattrag.datafiles.decoding import decode
from wattrag.errors import InputError
from wattrag.files import read_bytes, write_text

MAX_CELL = 10_000_000
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Row:
    """One record: where it begins, its cells in the file's order, and the place of each column."""

    file: str
    line: int
    values: list[str]
    places: Mapping[str, int]

    @property
    def where(self) -> str:
        """The place as messages name it: `FILE:LINE`."""
        return f"{self.file}:{self.line}"

    @property
    def cells(self) -> dict[str, str]:
        """The cells by column."""
        return {column: self.values[place] for column, place in self.places.items()}

    def __getitem__(self, column: str) -> str:
        return self.values[self.places[column]]

    def get(self, column: str, default: str = "") -> str:
        """The cell of a column that the file may lack."""
        place = self.places.get(column)
        return default if place is None else self.values[place]


@dataclass(frozen=True)
class Table:
    """A CSV file: its columns in order, its rows, and what had to be repaired to read it."""

    path: Path
    columns: tuple[str, ...]
    records: list[list[str]]
    """The cells of each row, in the file's order."""
    lines: list[int]
    """The line that each row begins in."""
    notice: str | None = None

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands in a row; those without a name are left out."""
        return {name: place for place, name in enumerate(self.columns) if name}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows, their cells by column."""
        file, places = str(self.path), self.places
        return tuple(
            Row(file, line, cells, places)
            for line, cells in zip(self.lines, self.records, strict=True)
        )


def read_table(
    path: Path, required: Sequence[str], columns: Mapping[str, str] | None = None
) -> Table:
    """Read a CSV file with a header line.

    Args:
        path: the file; any of the encodings of `decode`, `,` as separator.
        required: columns that must be there.
        columns: our name -> the file's name, for columns that are called otherwise there.

    Raises:
        InputError: unreadable file, missing, duplicate or misnamed column, a row of wrong length.
    """
    decoded = decode(read_bytes(path))
    if "\0" in decoded.text:
        raise InputError(str(path), "holds NUL bytes", "save it as a CSV file in UTF-8")
    notice = None
    if decoded.repaired_bytes:
        notice = f"{path}: {decoded.repaired_bytes} bytes are not UTF-8 and were read as cp1252"
        _log.warning("%s; save the file as UTF-8 to be sure", notice)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(decoded.text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None or not any(cell.strip() for cell in header):
            raise InputError(str(path), "is empty", f"needs the columns {', '.join(required)}")
        if len(header) == 1 and (found := set(header[0]) & {";", "\t"}):
            raise InputError(
                f"{path}:1", f"separates its columns by {found.pop()!r}", "save it with commas"
            )
        names = _our_names([cell.strip() for cell in header], columns or {}, path)
        _require(required, names, path)
        records, lines = _records(reader, len(names), path)
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}", f"broken CSV ({error})", "fix it") from error
    return Table(path, tuple(names), records, lines, notice)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as `csv_text` has them."""
    write_text(path, csv_text(columns, rows))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV (LF, minimal quoting); `None` becomes an empty cell."""
    records = _Records()
    # Before Python 3.13 a carriage return in a cell is quoted only if it ends lines as well.
    writer = csv.DictWriter(records, fieldnames=list(columns), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return "".join(record.removesuffix("\r\n") + "\n" for record in records)


class _Records(list[str]):
    """What a CSV writer writes, one record an item."""

    def write(self, record: str) -> None:
        """Take a record."""
        self.append(record)


def check_unique(rows: Iterable[Row], column: str) -> None:
    """Raise InputError at the second row that has the same cell, outer blanks aside."""
    first: dict[str, Row] = {}
    for row in rows:
        cell = row[column].strip()
        if (seen := first.setdefault(cell, row)) is not row:
            raise InputError(
                row.where, f"duplicate {column} '{cell}' (first at {seen.where})", "remove one"
            )


def _our_names(header: list[str], columns: Mapping[str, str], path: Path) -> list[str]:
    theirs = {their: our for our, their in columns.items()}
    for their in theirs:
        if their not in header:
            raise InputError(
                str(path), f"has no column '{their}'", f"mend `columns:`{_nearest(their, header)}"
            )
    # A mapped column hides one of the file's own that happens to have our name.
    names = [theirs.get(name, "" if name in columns else name) for name in header]
    for name in names:
        if name and names.count(name) > 1:
            raise InputError(str(path), f"has the column '{name}' twice", "rename one")
    return names


def _require(required: Sequence[str], names: Sequence[str], path: Path) -> None:
    for name in required:
        if name not in names:
            raise InputError(
                f"{path}:1", f"missing column '{name}'", f"add it{_nearest(name, names)}"
            )


def _records(reader: Any, width: int, path: Path) -> tuple[list[list[str]], list[int]]:
    """The rows that are not blank, and where each begins."""
    records, lines = [], []
    following = reader.line_num + 1
    for cells in reader:
        line, following = following, reader.line_num + 1
        if not (cells and cells[0].strip()) and not any(map(str.strip, cells)):
            continue
        if len(cells) != width:
            problem = f"has {len(cells)} cells instead of {width}"
            raise InputError(f"{path}:{line}", problem, "quote cells with commas")
        records.append(cells)
        lines.append(line)
    return records, lines


def _nearest(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name.lower(), [n.lower() for n in names], n=1, cutoff=0.6)
    return f" (is it '{next(n for n in names if n.lower() == close[0])}'?)" if close else ""
