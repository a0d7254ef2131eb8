"""Draw the scores of a sweep, each as SVG and PNG."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.plots.style import save
    from wattrag.analysis.plots.sweep import draw_sweep
    from wattrag.analysis.sweeps.results import METRICS
    from wattrag.config.settings import Plots

    style = Plots.model_validate(json.loads(snakemake.params.spec)["style"])
    given, out = snakemake.input, snakemake.output
    for metric, png in zip(METRICS, out.png, strict=True):
        figure = draw_sweep(Path(given.results), Path(given.metadata), metric, style)
        for path in (out[metric], png):
            save(figure, Path(path), style)
