"""The leaderboard as a page: one column a score, its interval in small print."""

from collections.abc import Mapping
from pathlib import Path

from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.tables.page import PageCell, write_page

_SCORES = {
    "overall_score": "Overall",
    "value_accuracy": "Values",
    "ref_overlap": "Citations",
    "na_accuracy": "Abstentions",
}
_HEADER = ("Group", "System", "Model", *_SCORES.values(), "To the first", "p", "Right values")

Row = Mapping[str, object]


def write_leaderboard_page(path: Path, datafile: str, table: TableContent) -> None:
    """Write what `leaderboard` returned for a datafile."""
    write_page(path, f"Leaderboard of {datafile}", _HEADER, (_cells(row) for row in table.rows))


def _cells(row: Row) -> list[PageCell]:
    difference = row.get("difference")
    p_value = row.get("p_value")
    return [
        PageCell(str(row["group"])),
        PageCell(str(row["name"]), f"{row['type']}, {row['env']}"),
        PageCell(str(row["model"] or "")),
        *(_score(row, name, "{:.3f}") for name in _SCORES),
        _score(row, "difference", "{:+.3f}") if difference is not None else PageCell(""),
        PageCell(f"{p_value:.3g}" if isinstance(p_value, float) else ""),
        PageCell(f"{row['questions_correct']} of {row['num_questions']}", _unanswered(row)),
    ]


def _score(row: Row, name: str, form: str) -> PageCell:
    value, low, high = (row[f"{name}{suffix}"] for suffix in ("", "_low", "_high"))
    if value is None:
        return PageCell("", "not defined")
    return PageCell(form.format(value), f"{form.format(low)} to {form.format(high)}")


def _unanswered(row: Row) -> str:
    counts = {"missing": row["missing_count"], "failed": row["error_count"]}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
