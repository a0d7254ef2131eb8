"""Compare a datafile's scored experiments: leaderboard, results matrix, errors."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.experiment import read_experiments
    from wattrag.analysis.tables.content import export
    from wattrag.analysis.tables.errors import errors
    from wattrag.analysis.tables.leaderboard import leaderboard
    from wattrag.analysis.tables.results_matrix import results_matrix

    spec = json.loads(snakemake.params.spec)
    experiments = read_experiments([Path(path) for path in snakemake.input.results])
    export(Path(snakemake.output.leaderboard), leaderboard(experiments, spec["labels"]))
    export(Path(snakemake.output.matrix), results_matrix(experiments))
    export(Path(snakemake.output.errors), errors(experiments))
