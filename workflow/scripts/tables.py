"""Compare a datafile's scored experiments: scores, tests, answers, errors, audit."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.experiment import read_experiments
    from wattrag.analysis.listing import read_listed
    from wattrag.analysis.tables.audit import audit
    from wattrag.analysis.tables.comparisons import comparisons
    from wattrag.analysis.tables.content import export
    from wattrag.analysis.tables.errors import errors
    from wattrag.analysis.tables.errors_by_class import errors_by_class, write_errors_by_class_page
    from wattrag.analysis.tables.leaderboard import leaderboard
    from wattrag.analysis.tables.leaderboard_page import write_leaderboard_page
    from wattrag.analysis.tables.matrix_page import write_matrix_page
    from wattrag.analysis.tables.results_matrix import results_matrix
    from wattrag.analysis.tables.runs import runs
    from wattrag.datafiles.questions import read_questions

    spec, datafile = json.loads(snakemake.params.spec), snakemake.wildcards.datafile
    out = {name: Path(path) for name, path in snakemake.output.items()}
    results = [Path(path) for path in snakemake.input.results]
    experiments, reading = read_experiments(results), spec["questions"]
    asked = read_questions(Path(snakemake.input.questions), reading["columns"], reading["limit"])
    board = leaderboard(experiments, spec["labels"])
    export(out["leaderboard"], board)
    export(out["matrix"], results_matrix(experiments))
    export(out["errors"], errors(experiments))
    export(out["comparisons"], comparisons(experiments))
    export(out["runs"], runs(experiments))
    listed = [read_listed(path.parent) for path in results]
    export(out["audit"], audit(listed, {datafile: asked}, map(Path, snakemake.input.trees)))
    classes = errors_by_class(experiments)
    export(out["classes"], classes)
    # Tables are shown in the report as pages; as CSV files they are only offered for download.
    write_leaderboard_page(out["leaderboard_page"], datafile, board)
    write_matrix_page(out["matrix_page"], datafile, experiments)
    write_errors_by_class_page(out["classes_page"], datafile, classes)
