"""Compare the models of one family by size and precision."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.experiment import read_experiments
    from wattrag.analysis.tables.content import export, export_json
    from wattrag.analysis.tables.scaling import scaling

    spec = json.loads(snakemake.params.spec)
    experiments = read_experiments([Path(path) for path in snakemake.input.results])
    table = scaling(spec["family"], experiments, spec["labels"])
    export(Path(snakemake.output.csv), table)
    export_json(Path(snakemake.output.json), table)
