"""Draw one plot of a datafile's tables, as SVG and PNG."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.plots import draw
    from wattrag.analysis.plots.style import save
    from wattrag.config.settings import Plots

    style = Plots.model_validate(json.loads(snakemake.params.spec)["style"])
    leaderboard, matrix = Path(snakemake.input.leaderboard), Path(snakemake.input.matrix)
    figure = draw(snakemake.wildcards.plot, leaderboard, matrix, style)
    for path in (snakemake.output.svg, snakemake.output.png):
        save(figure, Path(path), style)
