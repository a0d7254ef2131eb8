"""Summarise the sweeps of a datafile: the best of each, and what its settings change."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.sweeps.summary import summary
    from wattrag.analysis.tables.content import export

    names, given = json.loads(snakemake.params.spec)["sweeps"], snakemake.input
    files = [(Path(r), Path(e)) for r, e in zip(given.results, given.effects, strict=True)]
    export(Path(snakemake.output.summary), summary(dict(zip(names, files, strict=True))))
