"""Score one submission: per-question results, summary, and a list of what went wrong."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.retrieval import read_metrics
    from wattrag.datafiles.defuse import defused_row
    from wattrag.datafiles.questions import read_questions
    from wattrag.datafiles.submission import read_submission, without_unasked, write_submission
    from wattrag.datafiles.table import write_table
    from wattrag.files import read_json, read_jsonl, write_json
    from wattrag.scoring.records import ERROR_COLUMNS, error_rows, result_records, summary_record
    from wattrag.scoring.rules import rules_named
    from wattrag.scoring.score import score
    from wattrag.scoring.trace import failed, traces
    from wattrag.study.identity import identity
    from wattrag.study.reported import reported

    spec, given = json.loads(snakemake.params.spec), snakemake.input
    every = read_questions(Path(given.questions), spec["questions"]["columns"])
    asked = every.first(spec["questions"]["limit"])
    rows, known = without_unasked(read_submission(Path(given.submission)), every, asked), {}
    usage = reported(Path(given.reported)) if given.get("reported") else {}
    if given.get("answers"):  # an experiment of ours, not a vote or another system's
        (retrieval,) = read_metrics([Path(given.retrieval)])
        known = traces(read_jsonl(Path(given.answers)), retrieval.questions)
        usage = read_json(Path(given.usage))
    scores = score(asked, rows, rules_named(spec["rules"]), failed(known), given.submission)
    records = result_records(asked, rows, scores, known)
    place = dict(snakemake.wildcards) | (spec["experiment"] or {})
    summary = summary_record(scores, identity(spec["type"], place))
    taken = {k: v for k, v in usage.items() if k not in {"questions", *summary}}
    if copy := snakemake.output.get("submission"):  # of another system: the rows that are scored
        write_submission(Path(copy), rows)
    write_json(Path(snakemake.output.results), records)
    write_json(Path(snakemake.output.summary), {**summary, **taken})
    write_table(Path(snakemake.output.errors), ERROR_COLUMNS, map(defused_row, error_rows(records)))
