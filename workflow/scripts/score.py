"""Score one submission: per-question results, summary, and a list of what went wrong."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.retrieval import read_metrics
    from wattrag.datafiles.defuse import defused_row
    from wattrag.datafiles.questions import read_questions
    from wattrag.datafiles.submission import read_submission, without_unasked
    from wattrag.datafiles.table import write_table
    from wattrag.files import read_json, read_jsonl, write_json
    from wattrag.scoring.records import ERROR_COLUMNS, error_rows, result_records, summary_record
    from wattrag.scoring.rules import rules_named
    from wattrag.scoring.score import score
    from wattrag.scoring.trace import failed, traces
    from wattrag.study.identity import identity
    from wattrag.study.reported import reported

    spec, given = json.loads(snakemake.params.spec), snakemake.input
    path = Path(given.submission)
    every = read_questions(Path(given.questions), spec["questions"]["columns"])
    asked = every.first(spec["questions"]["limit"])
    rows, known, usage = without_unasked(read_submission(path), every, asked), {}, {}
    if given.get("answers"):  # an experiment of ours, not a vote or another system's
        (retrieval,) = read_metrics([Path(given.retrieval)])
        known = traces(read_jsonl(Path(given.answers)), retrieval.questions)
        usage = read_json(Path(given.usage))
    elif given.get("reported"):
        usage = reported(Path(given.reported))
    scores = score(asked, rows, rules_named(spec["rules"]), failed(known), str(path))
    records = result_records(asked, rows, scores, known)
    who = identity(spec["type"], dict(snakemake.wildcards) | (spec["experiment"] or {}))
    summary = summary_record(scores, who)
    taken = {k: v for k, v in usage.items() if k not in {"questions", *summary}}
    write_json(Path(snakemake.output.results), records)
    write_json(Path(snakemake.output.summary), {**summary, **taken})
    write_table(Path(snakemake.output.errors), ERROR_COLUMNS, map(defused_row, error_rows(records)))
