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
    from wattrag.analysis.tables.errors_by_class import errors_by_class
    from wattrag.analysis.tables.leaderboard import leaderboard
    from wattrag.analysis.tables.pages import write_pages
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
    classes = errors_by_class(experiments)
    export(out["classes"], classes)
    export(out["comparisons"], comparisons(experiments))
    export(out["runs"], runs(experiments))
    listed = [read_listed(path.parent) for path in results]
    export(out["audit"], audit(listed, {datafile: asked}, map(Path, snakemake.input.trees)))
    write_pages(out, datafile, board, classes, experiments)
