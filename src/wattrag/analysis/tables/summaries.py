"""Leaderboard rows of experiments that have a summary and no per-question results."""

from collections.abc import Mapping, Sequence

from wattrag.analysis.listing import Listed
from wattrag.analysis.tables.content import TableContent
from wattrag.analysis.tables.leaderboard import METRICS
from wattrag.scoring.intervals import share


def with_summaries(board: TableContent, listed: Sequence[Listed]) -> TableContent:
    """A leaderboard with further experiments in the order of their overall scores.

    They are in no group and are tested against none, because that takes each question's result.
    Value accuracy has Wilson's interval where its counts are known.

    Args:
        board: as `leaderboard` makes it.
        listed: the further experiments.
    """
    rows = [*board.rows, *(_row(one) for one in listed)]
    return TableContent(board.columns, tuple(sorted(rows, key=_place)))


def _place(row: Mapping[str, object]) -> tuple[float, str]:
    score = row["overall_score"]
    return (-score if isinstance(score, int | float) else 1.0, str(row["name"]))


def _row(one: Listed) -> Mapping[str, object]:
    who = ("name", "type", "env", "pipeline", "model", "precision", "run")
    counts = ("num_questions", "questions_correct", "questions_wrong")
    row: dict[str, object] = {field: getattr(one, field) for field in who}
    for name in (*METRICS, *counts, "missing_count", "error_count"):
        value = one.summary.get(name)
        row[name] = value if isinstance(value, int | float) else None
    right, total = row["questions_correct"], row["num_questions"]
    if isinstance(right, int) and isinstance(total, int) and 0 <= right <= total:
        found = share(right, total)
        row |= {"value_accuracy_low": found.low, "value_accuracy_high": found.high}
    return row
