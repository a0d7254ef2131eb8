"""Plots over the tables: each module named in `PLOTS` draws one figure.

To add a plot, add a module with `draw`, its name here, and a caption for the report.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from wattrag.config.settings import Plots
from wattrag.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLOTS = ("overall_scores", "score_breakdown", "agreement_heatmap")


def draw(plot: str, leaderboard: Path, matrix: Path, style: Plots) -> "Figure":
    """Draw one plot from the tables of a datafile.

    Args:
        plot: one of `PLOTS`.
        leaderboard: `leaderboard.csv`.
        matrix: `results_matrix.csv` of the same experiments.
        style: resolution, width and colours.

    Raises:
        InputError: an unknown plot, or a table that lacks a column or a number.
    """
    from wattrag.analysis.plots.data import read_board
    from wattrag.analysis.plots.style import label_line, styled

    if plot not in PLOTS:
        raise InputError("plot", f"unknown '{plot}'", f"choose one of {', '.join(PLOTS)}")
    board = read_board(leaderboard, matrix, label_line(style))
    with styled(style):
        figure: Figure = import_module(f"{__name__}.{plot}").draw(board, style)
    return figure
