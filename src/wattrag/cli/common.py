"""What commands share: how they print, and how notices reach the terminal."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from wattrag.errors import visible

DEFAULT_CONFIG = Path("config/config.yaml")
"""What commands read that are given no configuration."""


class Notices(logging.Handler):
    """Prints each log record of the library as one `wattrag: …` line on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        print_problem(record.getMessage())


def print_problem(message: str) -> None:
    """Print an error or a notice on stderr: one line, control characters made visible."""
    typer.echo(f"wattrag: {one_line(message)}", err=True)


def one_line(text: str) -> str:
    """The text in one line, control characters made visible."""
    return visible(" ".join(text.split()))


def print_json(value: Any) -> None:
    """Print a JSON value on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def print_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header in aligned columns; empty cells show as `-`."""
    table = [list(header), *([cell or "-" for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
