"""How often two experiments are both right or both wrong."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from wattrag.analysis.plots.axes import name_rows, notice, rows_height
from wattrag.analysis.plots.data import Board
from wattrag.analysis.plots.style import FAINT, PALETTES, new_figure
from wattrag.config.settings import Plots

_WIDEST_MM, _READABLE_MM, _NUMBERED_MM = 12.5, 4.5, 3.5  # a cell; with its number; over one
_GAP, _BAR = 0.04, 0.025  # before the colour bar, and its width, of the axes' width
_CELLS = 0.6  # of the width; names and colour bar take the rest

Shares = npt.NDArray[np.float64]


def draw(board: Board, style: Plots) -> Figure:
    """A triangle of cells, one a pair; columns carry the numbers of the rows."""
    count = len(board.entries)
    if count < 2:  # noqa: PLR2004 -- agreement is between two
        return notice(style, "Agreement needs at least two experiments.")
    height = 1.0 + max(rows_height(board.entries), 1.0)
    figure = new_figure(style, height)
    axes = figure.subplots()
    shares = agreement(board)
    mesh = _triangle(axes, shares, PALETTES[style.palette].scale)
    room = _CELLS * style.width_mm
    columns = max(count - 1, room / _WIDEST_MM)
    if room / columns >= _READABLE_MM:
        _write_shares(axes, shares, mesh)
    axes.set_xlim(-0.5, columns - 0.5)
    name_rows(axes, [f"{entry.label}  {n}" for n, entry in enumerate(board.entries, 1)])
    step = 1 if room / columns >= _NUMBERED_MM else 5
    numbers = range(step, count, step)
    axes.set_xticks([n - 1 for n in numbers], [str(n) for n in numbers])
    axes.tick_params(axis="x", length=0, labelsize="small")
    axes.spines[:].set_visible(False)
    beside = axes.inset_axes((min(1.0, (count - 1) / columns) + _GAP, 0, _BAR, 1))
    bar = figure.colorbar(mesh, cax=beside)
    bar.set_label(f"both right or both wrong,\n% of {board.questions} questions")
    bar.outline.set_edgecolor(FAINT)
    return figure


def agreement(board: Board) -> Shares:
    """Share of questions on which two experiments are both right or both wrong: (n, n)."""
    right = np.array([board.right[entry.name] for entry in board.entries])
    return np.array([(right == one).mean(axis=1) for one in right])


def _triangle(axes: Axes, shares: Shares, scale: str) -> QuadMesh:
    """The cells under the diagonal in percent; those on and above it say nothing new."""
    edges = np.arange(len(shares) + 1) - 0.5
    cells = np.ma.masked_array(100 * shares, mask=np.triu(np.ones(shares.shape, dtype=np.bool_)))
    return axes.pcolormesh(
        edges[:-1], edges, cells[:, :-1], cmap=scale, vmin=0, vmax=100, edgecolor="white", lw=0.6
    )


def _write_shares(axes: Axes, shares: Shares, mesh: QuadMesh) -> None:
    for row, of_row in enumerate(100 * shares):
        for column, percent in enumerate(of_row[:row]):
            dark = np.mean(mesh.to_rgba(percent)[:3]) < 0.5  # noqa: PLR2004 -- half the light
            ink = "white" if dark else "black"
            axes.text(
                column, row, f"{percent:.0f}", ha="center", va="center", color=ink, size="small"
            )
