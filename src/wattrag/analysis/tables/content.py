"""A table's content, and how its cells are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wattrag.datafiles.defuse import defused
from wattrag.datafiles.table import write_table
from wattrag.files import write_json

DIGITS = 6


@dataclass(frozen=True)
class TableContent:
    """Columns in order, and rows of text, numbers, truth values and nulls."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]


def export(path: Path, table: TableContent) -> None:
    """Write a table as CSV: numbers to six decimals, nulls as empty cells, formulas defused."""
    header = {column: defused(column) for column in table.columns}
    rows = ({header[c]: cell(row.get(c)) for c in table.columns} for row in table.rows)
    write_table(path, list(header.values()), rows)


def export_json(path: Path, table: TableContent) -> None:
    """Write a table as a JSON list of records, every column in each, unknown cells null.

    Texts are as they are: what reads JSON runs no formulas.
    """
    write_json(path, json_rows(table))


def json_rows(table: TableContent) -> list[dict[str, object]]:
    """The rows as records for JSON."""
    return [{column: _number(row.get(column)) for column in table.columns} for row in table.rows]


def _number(value: object) -> object:
    """Floats to six decimals; adding zero turns -0.0 into 0.0."""
    return round(value, DIGITS) + 0.0 if isinstance(value, float) else value


def cell(value: object) -> object:
    """A value as it is written."""
    return defused(value) if isinstance(value, str) else _number(value)
