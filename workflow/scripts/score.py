"""Score one submission: per-question results, summary, and a list of what went wrong."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.answering.records import failed_ids
    from wattrag.datafiles.questions import read_questions
    from wattrag.datafiles.submission import read_submission, without_unasked
    from wattrag.datafiles.table import write_table
    from wattrag.files import read_json, read_jsonl, write_json
    from wattrag.scoring.records import (
        ERROR_COLUMNS,
        error_rows,
        result_records,
        summary_record,
    )
    from wattrag.scoring.rules import rules_named
    from wattrag.scoring.score import score
    from wattrag.study.identity import identity

    spec = json.loads(snakemake.params.spec)
    path = Path(snakemake.input.submission)
    every = read_questions(Path(snakemake.input.questions), spec["questions"]["columns"])
    asked = every.first(spec["questions"]["limit"])
    rows = without_unasked(read_submission(path), every, asked)
    answers = snakemake.input.get("answers")
    errors = failed_ids(read_jsonl(Path(answers))) if answers else frozenset()
    scores = score(asked, rows, rules_named(spec["rules"]), errors, str(path))
    usage = read_json(Path(snakemake.input.usage)) if snakemake.input.get("usage") else {}
    usage.pop("questions", None)
    write_json(Path(snakemake.output.results), result_records(asked, rows, scores))
    summary = summary_record(scores, identity(spec["type"], dict(snakemake.wildcards)))
    taken = {key: value for key, value in usage.items() if key not in summary}
    write_json(Path(snakemake.output.summary), {**summary, **taken})
    write_table(Path(snakemake.output.errors), ERROR_COLUMNS, error_rows(asked, rows, scores))
