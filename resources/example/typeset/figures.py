"""Charts described as data, drawn by matplotlib as pixels or as paths.

In both forms the text layer of the PDF stays empty: glyphs of a vector chart are outlines. What
a chart says can then only be read by looking at it, which is what the figure questions test.
"""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
import pymupdf
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import TightLayoutEngine
from PIL import Image

from .canvas import Picture

_SETTINGS: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "wattrag",
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
}
_SHADES = ["#27566b", "#d98e3f", "#7a9e7e", "#8c6d8f"]
_RASTER_DPI = 200


def draw_figure(data: dict[str, Any], width: float, height: float) -> Picture:
    """The chart that `data` describes, at the given size in points."""
    with mpl.rc_context():
        mpl.rcdefaults()  # the drawing must not depend on a user's matplotlibrc
        mpl.rcParams.update(_SETTINGS)
        figure = Figure(figsize=(width / 72, height / 72), layout=TightLayoutEngine(pad=0.4))
        axes = figure.add_subplot()
        _CHARTS[data["chart"]](axes, data)
        axes.set_xlabel(data.get("x_label", ""))
        axes.set_ylabel(data.get("y_label", ""))
        if len(data["series"]) > 1:
            axes.legend(frameon=False, fontsize=6.5, ncols=data.get("legend_columns", 1))
        return _vector(figure) if data["mode"] == "vector" else _raster(figure)


def _bars(axes: Axes, data: dict[str, Any]) -> None:
    count = len(data["series"])
    step = 0.8 / count
    for i, (name, values) in enumerate(data["series"].items()):
        places = [x + (i - (count - 1) / 2) * step for x in range(len(values))]
        bars = axes.bar(places, values, 0.92 * step, label=name, color=_SHADES[i])
        axes.bar_label(bars, labels=_labels(values), fontsize=6.5, padding=1)
    axes.set_xticks(range(len(data["x"])), [str(x) for x in data["x"]])
    axes.margins(y=0.15)


def _rows(axes: Axes, data: dict[str, Any]) -> None:
    ((name, values),) = data["series"].items()
    bars = axes.barh(range(len(values)), values, 0.65, label=name, color=_SHADES[0])
    axes.bar_label(bars, labels=_labels(values), fontsize=6.5, padding=2)
    axes.set_yticks(range(len(data["x"])), [str(x) for x in data["x"]])
    axes.invert_yaxis()
    axes.margins(x=0.15)


def _lines(axes: Axes, data: dict[str, Any]) -> None:
    for i, (name, values) in enumerate(data["series"].items()):
        places = list(range(len(values)))
        axes.plot(places, values, "o-", ms=3, lw=1.2, label=name, color=_SHADES[i])
        for place, value, label in zip(places, values, _labels(values), strict=True):
            shift = (0, -9) if i else (0, 4)
            axes.annotate(
                label, (place, value), shift, textcoords="offset points", ha="center", fontsize=6
            )
    axes.set_xticks(range(len(data["x"])), [str(x) for x in data["x"]])
    axes.margins(y=0.2)


_CHARTS = {"bars": _bars, "rows": _rows, "lines": _lines}


def _labels(values: list[float]) -> list[str]:
    return [f"{value:,}" for value in values]


def _raster(figure: Figure) -> Picture:
    """PNG of few colours: charts need no more and the repository stays small."""
    raw = io.BytesIO()
    figure.set_dpi(_RASTER_DPI)
    FigureCanvasAgg(figure).print_png(raw, metadata={"Software": None})
    small = io.BytesIO()
    image = Image.open(raw).convert("RGB").quantize(48, dither=Image.Dither.NONE)
    image.save(small, "PNG", optimize=True)
    return Picture(small.getvalue(), vector=False)


def _vector(figure: Figure) -> Picture:
    raw = io.BytesIO()
    FigureCanvasSVG(figure).print_svg(raw, metadata={"Date": None, "Creator": None})
    with pymupdf.open(stream=raw.getvalue(), filetype="svg") as drawing:
        return Picture(bytes(drawing.convert_to_pdf()), vector=True)
