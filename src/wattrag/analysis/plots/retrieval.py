"""How well retrievers find evidence: one panel a metric, one row a retriever."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wattrag.analysis.plots.axes import TWO_LINES, name_rows, notice, score_axis
from wattrag.analysis.plots.data import Score, read_score
from wattrag.analysis.plots.labels import fitted
from wattrag.analysis.plots.style import PALETTES, is_narrow, label_line, new_figure, styled
from wattrag.config.settings import Plots
from wattrag.datafiles.table import Row, read_table

PANELS = {
    "hit_at_1": "Hit@1",
    "reciprocal_rank": "MRR",
    "evidence_at_2k": "Evidence, 2k",
    "evidence_at_6k": "Evidence, 6k",
}


@dataclass(frozen=True)
class _Entry:
    label: str
    scores: dict[str, Score | None]


def draw_retrieval(table: Path, style: Plots) -> Figure:
    """Draw `retrieval.csv` of a datafile.

    Raises:
        InputError: a column that is missing, or a cell that holds no number.
    """
    columns = [c for name in PANELS for c in (name, f"{name}_low", f"{name}_high")]
    rows = read_table(table, ("name", "num_questions", *columns)).rows
    with styled(style):
        return _drawn([_entry(row, style) for row in rows], _questions(rows), style)


def _drawn(entries: Sequence[_Entry], questions: str, style: Plots) -> Figure:
    if not entries:
        return notice(style, "No retriever has been judged.")
    lines = 2 if is_narrow(style) else 1
    figure = new_figure(style, 0.65 + lines * (0.5 + len(entries) * TWO_LINES))
    panels = figure.subplots(lines, len(PANELS) // lines, sharey=True, squeeze=False)
    for axes, (metric, title) in zip(panels.flat, PANELS.items(), strict=True):
        for row, entry in enumerate(entries):
            _mark(axes, row, entry.scores[metric], style)
        score_axis(axes, style, len(PANELS))
        axes.set_title(title)
    name_rows(panels[0, 0], [entry.label for entry in entries])
    figure.supxlabel(
        f"score on those of {questions} questions that can be judged, with 95 % intervals",
        size="medium",
    )
    return figure


def _mark(axes: Axes, row: int, score: Score | None, style: Plots) -> None:
    if score is None:
        axes.text(0.03, row, "not defined", va="center", style="italic")
        return
    look = PALETTES[style.palette].look("single")
    axes.errorbar(
        score.value,
        row,
        xerr=[[score.value - score.low], [score.high - score.value]],
        color=look.colour,
        marker="o",
        markersize=4.5,
        elinewidth=1.2,
        capsize=2,
        clip_on=False,
    )


def _entry(row: Row, style: Plots) -> _Entry:
    label = fitted(row["name"], label_line(style))
    return _Entry(label, {metric: read_score(row, metric) for metric in PANELS})


def _questions(rows: Sequence[Row]) -> str:
    return rows[0]["num_questions"] if rows else "0"
