"""Draw how well a datafile's retrievers find evidence, as SVG and PNG."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.plots.retrieval import draw_retrieval
    from wattrag.analysis.plots.style import save
    from wattrag.config.settings import Plots

    style = Plots.model_validate(json.loads(snakemake.params.spec)["style"])
    figure = draw_retrieval(Path(snakemake.input.table), style)
    for path in (snakemake.output.svg, snakemake.output.png):
        save(figure, Path(path), style)
