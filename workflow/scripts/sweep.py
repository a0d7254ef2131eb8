"""Collect or vote the predictions of a sweep, score them, and test what its settings change."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.sweeps.effects import effects
    from wattrag.analysis.sweeps.plan import SweepPlan
    from wattrag.analysis.sweeps.predictions import predictions, write_predictions
    from wattrag.analysis.sweeps.results import metadata, results, scored
    from wattrag.analysis.tables.content import export
    from wattrag.datafiles.questions import read_questions
    from wattrag.datafiles.submission import read_submission, without_unasked
    from wattrag.files import write_json
    from wattrag.scoring.rules import rules_named

    spec, given, out = json.loads(snakemake.params.spec), snakemake.input, snakemake.output
    every = read_questions(Path(given.questions), spec["questions"]["columns"])
    asked = every.first(spec["questions"]["limit"])
    plan = SweepPlan.model_validate(spec["plan"])
    submissions = [
        without_unasked(read_submission(Path(path)), every, asked) for path in given.submissions
    ]
    made = list(predictions(plan, submissions))
    judged = scored(made, asked, rules_named(spec["rules"]))
    write_predictions(Path(out.metadata).parent, made, asked)
    export(Path(out.results), results(plan, judged))
    write_json(Path(out.effects), {"effects": [vars(effect) for effect in effects(judged)]})
    write_json(Path(out.metadata), metadata(plan, made, spec["path"]))
