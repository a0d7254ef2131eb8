"""Compare a datafile's scored experiments: leaderboard, results matrix, errors."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.experiment import read_experiments
    from wattrag.analysis.tables.content import export
    from wattrag.analysis.tables.errors import errors
    from wattrag.analysis.tables.errors_by_class import errors_by_class, write_errors_by_class_page
    from wattrag.analysis.tables.leaderboard import leaderboard
    from wattrag.analysis.tables.leaderboard_page import write_leaderboard_page
    from wattrag.analysis.tables.matrix_page import write_matrix_page
    from wattrag.analysis.tables.results_matrix import results_matrix

    spec = json.loads(snakemake.params.spec)
    out = {name: Path(path) for name, path in snakemake.output.items()}
    experiments = read_experiments([Path(path) for path in snakemake.input.results])
    board = leaderboard(experiments, spec["labels"])
    export(out["leaderboard"], board)
    export(out["matrix"], results_matrix(experiments))
    export(out["errors"], errors(experiments))
    classes = errors_by_class(experiments)
    export(out["classes"], classes)
    # Tables are shown in the report as pages; as CSV files they are only offered for download.
    write_leaderboard_page(out["leaderboard_page"], snakemake.wildcards.datafile, board)
    write_matrix_page(out["matrix_page"], snakemake.wildcards.datafile, experiments)
    write_errors_by_class_page(out["classes_page"], snakemake.wildcards.datafile, classes)
