"""The parts of the score side by side: overall, value, citations, abstention."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from wattrag.analysis.plots.axes import (
    bar_colours,
    bar_legend,
    looks,
    name_rows,
    notice,
    rows_height,
    score_axis,
)
from wattrag.analysis.plots.data import Board, Score
from wattrag.analysis.plots.style import INK, Look, is_narrow, new_figure
from wattrag.config.settings import Plots

PANELS = {
    "overall_score": "Overall",
    "value_accuracy": "Values",
    "ref_overlap": "Citations",
    "na_accuracy": "Abstentions",
}


def draw(board: Board, style: Plots) -> Figure:
    """One panel a metric, one bar an experiment; rows are the same in all panels."""
    if not board.entries:
        return notice(style, "No experiment has been scored.")
    lines = 2 if is_narrow(style) else 1
    figure = new_figure(style, 0.65 + lines * (0.5 + rows_height(board.entries)))
    panels = figure.subplots(lines, len(PANELS) // lines, sharey=True, squeeze=False)
    drawn = looks(board.entries, style)
    for axes, (metric, title) in zip(panels.flat, PANELS.items(), strict=True):
        for row, (entry, look) in enumerate(zip(board.entries, drawn, strict=True)):
            _bar(axes, row, entry.scores[metric], look)
        score_axis(axes, style, len(PANELS))
        axes.set_title(title)
    name_rows(panels[0, 0], [entry.label for entry in board.entries])
    figure.supxlabel(f"score on {board.questions} questions, with 95 % intervals", size="medium")
    bar_legend(figure, drawn, style)
    return figure


def _bar(axes: Axes, row: int, score: Score | None, look: Look) -> None:
    if score is None:
        axes.text(0.03, row, "not defined", va="center", style="italic", color=INK)
        return
    axes.barh(row, score.value, height=0.7, **bar_colours(look))
    axes.errorbar(
        score.value,
        row,
        xerr=[[score.value - score.low], [score.high - score.value]],
        color=INK,
        elinewidth=1.0,
        clip_on=False,
        path_effects=[withStroke(linewidth=2.2, foreground="white")],  # seen on dark bars too
    )
