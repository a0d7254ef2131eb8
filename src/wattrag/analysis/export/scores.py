"""The leaderboard of a datafile: scores, intervals, and who cannot be told apart."""

from collections.abc import Iterator, Mapping

from wattrag.analysis.export.blocks import Block, Grid, Listing, Page, Paragraph
from wattrag.analysis.tables.content import TableContent

_SCORES = {
    "overall_score": "Overall",
    "value_accuracy": "Values",
    "ref_overlap": "Citations",
    "na_accuracy": "Abstentions",
}
_TEXTS = ("Group", "System", "Model", "Machine")
_NUMBERS = (*_SCORES.values(), "To the first", "p", "Right values", "Missing", "Failed")
_READING = (
    "Intervals are 95 %: Wilson's for values and abstentions, a bootstrap over questions for "
    "citations, the overall score and differences. A group holds the systems whose overall score "
    "does not differ at 5 % from that of its first (paired randomisation test over questions, "
    "Holm's correction); p is of the difference to the table's first, corrected likewise. "
    "Missing and failed questions count as wrong."
)

Row = Mapping[str, object]


def scores_page(datafile: str, board: TableContent) -> Page:
    """A page with what `leaderboard` returned for a datafile."""
    name = f"leaderboard-{datafile}"
    grid = Grid(
        label=name,
        caption=f"Scores on {datafile} with 95 % intervals, best first.",
        columns=(*_TEXTS, *_NUMBERS),
        rows=tuple(_cells(row) for row in board.rows),
        numeric=frozenset(_NUMBERS),
    )
    blocks: list[Block] = [grid, Paragraph(_READING)]
    ties = tuple(_ties(board))
    blocks += [Listing(ties)] if ties else []
    return Page(name, f"Scores on {datafile}", blocks)


def _ties(board: TableContent) -> Iterator[str]:
    """One sentence a group."""
    members: dict[str, list[str]] = {}
    for row in board.rows:
        members.setdefault(str(row["group"]), []).append(str(row["name"]))
    for group, (first, *others) in members.items():
        if others:
            yield f"Group {group}: {', '.join(others)} cannot be told apart from {first}."
        else:
            yield f"Group {group}: {first} alone."


def _cells(row: Row) -> tuple[str, ...]:
    p_value = row.get("p_value")
    return (
        *(_text(row.get(name)) for name in ("group", "name", "model", "env")),
        *(_interval(row, name, "{:.3f}") for name in _SCORES),
        _interval(row, "difference", "{:+.3f}") if row.get("difference") is not None else "",
        f"{p_value:.3g}" if isinstance(p_value, float) else "",
        f"{row['questions_correct']} of {row['num_questions']}",
        _text(row.get("missing_count")),
        _text(row.get("error_count")),
    )


def _interval(row: Row, name: str, form: str) -> str:
    value, low, high = (row.get(f"{name}{suffix}") for suffix in ("", "_low", "_high"))
    if value is None:
        return "not defined"
    if low is None or high is None:
        return form.format(value)
    return f"{form.format(value)} [{form.format(low)}, {form.format(high)}]"


def _text(value: object) -> str:
    return "" if value is None else str(value)
