"""Formulas in cells: spreadsheets run them, and answers are untrusted."""

import re
from collections.abc import Mapping

_FORMULA = re.compile(
    r"\s*[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}]|[\t\r\n]"
)
_SIGNED_NUMBER = re.compile(r"[+-](\d[\d,_]*\.?\d*|\.\d+)([eE][+-]?\d+)?%?")


def defused(text: str) -> str:
    """Text that no spreadsheet takes for a formula; signed numbers stay as they are.

    What begins with `=`, `+`, `-` or `@` (full-width ones and those behind blanks too), or with a
    tab or a line end, gets an apostrophe in front, which makes it text.
    Source: OWASP, "CSV Injection".
    """
    risky = _FORMULA.match(text) and not _SIGNED_NUMBER.fullmatch(text.strip())
    return f"'{text}" if risky else text


def defused_row(row: Mapping[str, object]) -> dict[str, object]:
    """A row whose text cells are defused; its numbers, truth values and nulls stay."""
    return {k: defused(value) if isinstance(value, str) else value for k, value in row.items()}
