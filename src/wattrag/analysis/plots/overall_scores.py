"""Overall scores with their 95 % intervals, best on top."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wattrag.analysis.plots.axes import (
    looks,
    marker_legend,
    name_rows,
    notice,
    rows_height,
    score_axis,
)
from wattrag.analysis.plots.data import Board, Entry, Score
from wattrag.analysis.plots.style import Look, is_narrow, new_figure
from wattrag.config.settings import Plots

METRIC = "overall_score"


def draw(board: Board, style: Plots) -> Figure:
    """One marker an experiment, its interval, its group and, where there is room, the numbers."""
    if not board.entries:
        return notice(style, "No experiment has been scored.")
    figure = new_figure(style, 1.2 + rows_height(board.entries))
    axes = figure.subplots()
    drawn = looks(board.entries, style)
    for row, (entry, look) in enumerate(zip(board.entries, drawn, strict=True)):
        score = entry.scores[METRIC]
        if score is not None:
            _mark(axes, row, score, look)
    name_rows(axes, [entry.label for entry in board.entries])
    score_axis(axes, style)
    axes.set_xlabel(f"overall score and 95 % interval, {board.questions} questions")
    header = "group" if is_narrow(style) else "group   score [95 % interval]"
    _right_column(axes, header, [_numbers(entry, style) for entry in board.entries])
    marker_legend(figure, drawn, style)
    return figure


def _mark(axes: Axes, row: int, score: Score, look: Look) -> None:
    axes.errorbar(
        score.value,
        row,
        xerr=[[score.value - score.low], [score.high - score.value]],
        color=look.colour,
        marker=look.marker,
        markerfacecolor=look.fill,
        markersize=5.5,
        elinewidth=1.2,
        capsize=2,
        clip_on=False,
    )


def _numbers(entry: Entry, style: Plots) -> str:
    score = entry.scores[METRIC]
    if score is None or is_narrow(style):
        return entry.group
    letter = f"{entry.group:^7}{'':8}"  # under the header, as far as spaces can tell
    return f"{letter}{score.value:.3f} [{score.low:.2f}, {score.high:.2f}]"


def _right_column(axes: Axes, header: str, texts: list[str]) -> None:
    """Texts beside the rows, in step with them, and a header in a row of its own."""
    axes.set_ylim(len(texts) - 0.4, -1.6)
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(-1, len(texts)), [header, *texts])
    right.spines[:].set_visible(False)
    right.get_yticklabels()[0].set_fontweight("bold")
