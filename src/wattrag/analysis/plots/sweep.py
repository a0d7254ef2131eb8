"""A sweep: the mean of each point, how much its runs vary, and the best of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wattrag.analysis.plots.axes import notice
from wattrag.analysis.plots.labels import fitted
from wattrag.analysis.plots.style import INK, is_narrow, label_line, new_figure, styled
from wattrag.analysis.sweeps.results import METRICS, deviation
from wattrag.config.settings import Plots
from wattrag.datafiles.table import Row, read_table
from wattrag.errors import InputError
from wattrag.files import read_json

TITLES = {
    "final_score": "overall score",
    "value_score": "value accuracy",
    "ref_score": "citation overlap",
    "is_NA_score": "recall of abstentions",
}
# Colours: Okabe and Ito (2008), Color Universal Design, without its yellow: faint on white.
COLOURS = {
    "colorblind": ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"),
    "gray": ("#000000", "#666666", "#999999", "#333333"),
}
MARKERS = "osD^vPX"
HEIGHT, LEAST_SPAN = 3.2, 0.1


@dataclass(frozen=True)
class _Line:
    """The scores of one line's runs, by place on the horizontal axis."""

    label: str
    runs: Mapping[int, Sequence[float]]


def draw_sweep(results: Path, metadata: Path, metric: str, style: Plots) -> Figure:
    """Draw one score of a sweep from its `sweep_results.csv` and `metadata.json`.

    Each line has the mean over the runs (or combinations of members) of each point, a band of
    one standard deviation to both sides, and dashed its best run; a star marks the best of all.

    Raises:
        InputError: an unknown score, a column that is missing, a cell that holds no number.
    """
    if metric not in METRICS:
        raise InputError("plot", f"unknown score '{metric}'", f"choose one of {', '.join(METRICS)}")
    rows = read_table(results, ("line", "x", "run", *METRICS)).rows
    axes = read_json(metadata)
    with styled(style):
        drawn = [row for row in rows if row[metric]]
        if not drawn:
            return notice(style, f"The {TITLES[metric]} is not defined on these questions.")
        return _drawn(drawn, axes["line_param"], axes["x_param"], metric, style)


def _drawn(
    rows: Sequence[Row], line_param: str | None, x_param: str | None, metric: str, style: Plots
) -> Figure:
    ticks = list(dict.fromkeys(row["x"] for row in rows))
    lines = _lines(rows, ticks, metric)
    figure = new_figure(style, HEIGHT)
    axes = figure.subplots()
    for number, line in enumerate(lines):
        _draw_line(axes, line, number, style)
    _mark_best(axes, lines)
    axes.set_xticks(
        range(len(ticks)), [fitted(tick or "runs", label_line(style)) for tick in ticks]
    )
    axes.set_xlim(-0.3, len(ticks) - 0.7)
    axes.set_xlabel(x_param or "")
    axes.set_ylabel(TITLES[metric])
    axes.set_ylim(*_span(lines))
    axes.grid(axis="y")
    figure.supxlabel(_explanation(style), size="small")
    if line_param is not None:
        columns = 2 if is_narrow(style) else 4
        figure.legend(title=line_param, loc="outside upper center", ncols=columns)
    return figure


def _explanation(style: Plots) -> str:
    text = "line: mean over runs; band: ± 1 standard deviation; dashed: best run; star: best of all"
    return text.replace("; dashed", ";\ndashed") if is_narrow(style) else text


def _lines(rows: Sequence[Row], ticks: Sequence[str], metric: str) -> list[_Line]:
    found: dict[str, dict[int, list[float]]] = {}
    for row in rows:
        places = found.setdefault(row["line"], defaultdict(list))
        places[ticks.index(row["x"])].append(_number(row, metric))
    return [_Line(label, dict(sorted(runs.items()))) for label, runs in found.items()]


def _draw_line(axes: Axes, line: _Line, number: int, style: Plots) -> None:
    colours = COLOURS[style.palette]
    colour, marker = colours[number % len(colours)], MARKERS[number % len(MARKERS)]
    places = list(line.runs)
    means = [fmean(scores) for scores in line.runs.values()]
    sds = [deviation(scores) or 0.0 for scores in line.runs.values()]
    low = [mean - sd for mean, sd in zip(means, sds, strict=True)]
    high = [mean + sd for mean, sd in zip(means, sds, strict=True)]
    axes.fill_between(places, low, high, color=colour, alpha=0.12, linewidth=0)
    axes.plot(places, means, color=colour, marker=marker, markersize=4.5, label=line.label or None)
    if any(len(scores) > 1 for scores in line.runs.values()):
        best = [max(scores) for scores in line.runs.values()]
        axes.plot(places, best, color=colour, linestyle="--", linewidth=0.8)


def _mark_best(axes: Axes, lines: Sequence[_Line]) -> None:
    best = max(
        ((max(scores), -place) for line in lines for place, scores in line.runs.items()),
    )
    axes.plot(-best[1], best[0], marker="*", markersize=11, color=INK, fillstyle="none")


def _span(lines: Sequence[_Line]) -> tuple[float, float]:
    """The range of all means and runs, widened so that noise does not fill the figure."""
    scores = [score for line in lines for runs in line.runs.values() for score in runs]
    low, high = min(scores), max(scores)
    room = max(0.1 * (high - low), (LEAST_SPAN - (high - low)) / 2, 0.01)
    return low - room, high + room


def _number(row: Row, column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        problem = f"{column}: '{row[column][:40]}' is no number"
        raise InputError(row.where, problem, "run the sweep again") from None
