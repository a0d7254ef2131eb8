"""How figures look, and how they are written: equal tables give equal bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.style
from matplotlib.figure import Figure

from wattrag.config.settings import Plots
from wattrag.files import replacing

MM_PER_INCH = 25.4
NARROW_MM = 120
INK, FAINT = "#222222", "#d9d9d9"
RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same figure on every machine
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "text.parse_math": False,  # a name may hold dollar signs
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "wattrag",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Look:
    """How one type of experiment is drawn; told apart by shape and fill, not by colour alone."""

    name: str
    colour: str
    fill: str
    marker: str
    hatch: str = ""


@dataclass(frozen=True)
class Palette:
    """Colours of the types of experiments, and a scale from little to much."""

    single: str
    ensemble: str
    external: str
    tint: str
    scale: str

    def look(self, kind: str) -> Look:
        """How experiments of a type are drawn; squares are models that run here."""
        if kind == "single":
            return Look("single model", self.single, self.single, "s")
        if kind == "ensemble":
            return Look("ensemble", self.ensemble, self.ensemble, "D", "////")
        return Look("external result", self.external, self.tint, "^")


# Colours: Okabe and Ito (2008), Color Universal Design.
PALETTES = {
    "colorblind": Palette("#0072B2", "#D55E00", "#009E73", "#d5efe6", "cividis"),
    "gray": Palette("#333333", "#707070", "#555555", "#f2f2f2", "Greys"),
}


@contextmanager
def styled(style: Plots) -> Iterator[None]:
    """Draw and write within the house style; the process's own settings come back after."""
    with mpl.style.context({**RC, "savefig.dpi": style.dpi}, after_reset=True):
        yield


def is_narrow(style: Plots) -> bool:
    """Whether a figure fits one column of a paper and has room for the essential only."""
    return style.width_mm < NARROW_MM


def label_line(style: Plots) -> int:
    """Characters in a line of a label: names take a third of the width at most."""
    return max(10, min(30, round(style.width_mm * 0.18)))


def new_figure(style: Plots, height: float) -> Figure:
    """An empty figure of the style's width, `height` inches high, that lays itself out."""
    return Figure(figsize=(style.width_mm / MM_PER_INCH, height), layout="constrained")


def save(figure: Figure, path: Path, style: Plots) -> None:
    """Write a figure in the format of the path's suffix (svg, png, pdf), free of dates."""
    kind = path.suffix.removeprefix(".").lower()
    metadata = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    with styled(style), replacing(path) as temporary:
        figure.savefig(temporary, format=kind, metadata=metadata.get(kind))
