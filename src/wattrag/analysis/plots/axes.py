"""Parts that plots share: one row an experiment, scores from 0 to 1, a legend of types."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from wattrag.analysis.plots.data import Entry
from wattrag.analysis.plots.style import FAINT, INK, PALETTES, Look, is_narrow, new_figure
from wattrag.config.settings import Plots

ONE_LINE, TWO_LINES = 0.22, 0.31
FEW_TICKS, TICKS = (0, 0.5, 1), (0, 0.2, 0.4, 0.6, 0.8, 1)


def rows_height(entries: Sequence[Entry]) -> float:
    """Inches that rows with these labels need."""
    wrapped = any("\n" in entry.label for entry in entries)
    return len(entries) * (TWO_LINES if wrapped else ONE_LINE)


def name_rows(axes: Axes, labels: Sequence[str]) -> None:
    """Row i at height i, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)


def score_axis(axes: Axes, style: Plots, panels: int = 1) -> None:
    """The whole range of a score, never a cut-out of it."""
    ticks = FEW_TICKS if panels > 1 or is_narrow(style) else TICKS
    axes.set_xlim(0, 1)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.grid(axis="x")
    axes.spines["left"].set_color(FAINT)


def looks(entries: Sequence[Entry], style: Plots) -> list[Look]:
    """How each experiment is drawn."""
    palette = PALETTES[style.palette]
    return [palette.look(entry.type) for entry in entries]


def marker_legend(figure: Figure, drawn: Sequence[Look], style: Plots) -> None:
    """Explain the markers, if there is more than one."""
    _legend(
        figure,
        [
            Line2D(
                [],
                [],
                color=look.colour,
                markerfacecolor=look.fill,
                marker=look.marker,
                linestyle="",
                label=look.name,
            )
            for look in dict.fromkeys(drawn)
        ],
        style,
    )


def bar_legend(figure: Figure, drawn: Sequence[Look], style: Plots) -> None:
    """Explain the bars, if there is more than one kind."""
    _legend(
        figure,
        [Patch(**bar_colours(look), label=look.name) for look in dict.fromkeys(drawn)],
        style,
    )


def bar_colours(look: Look) -> dict[str, Any]:
    """A bar of a type: hatches are drawn in the edge's colour, so hatched bars get white ones."""
    edge = "white" if look.hatch else look.colour
    return {"facecolor": look.fill, "edgecolor": edge, "hatch": look.hatch, "linewidth": 0.8}


def notice(style: Plots, text: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure = new_figure(style, 1.0)
    figure.text(0.5, 0.5, text, ha="center", va="center", color=INK, wrap=True)
    return figure


def _legend(figure: Figure, handles: Sequence[Line2D | Patch], style: Plots) -> None:
    if len(handles) > 1:
        columns = 2 if is_narrow(style) else len(handles)
        figure.legend(handles=list(handles), loc="outside upper center", ncols=columns)
