"""Choose ensembles on other questions, and judge them on a datafile's."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.analysis.tables.content import export, export_json
    from wattrag.analysis.tables.ensemble_study import ensemble_study
    from wattrag.datafiles.questions import read_questions
    from wattrag.ensemble.members import read_members
    from wattrag.ensemble.options import VoteOptions
    from wattrag.ensemble.selection import Pool, select_all
    from wattrag.scoring.rules import rules_named

    spec = json.loads(snakemake.params.spec)
    submissions, answers = map(iter, (snakemake.input.members, snakemake.input.answers))
    pools = []
    for pool, path in zip(spec["pools"], snakemake.input.questions, strict=True):
        questions = read_questions(Path(path), pool["questions"]["columns"])
        limit = pool["questions"]["limit"]
        given = {name: Path(next(submissions)) for name in pool["members"]}
        sure = {name: Path(next(answers)) for name in pool["answers"]}
        members = read_members(given, questions, limit, answers=sure)
        pools.append(Pool(pool["datafile"], questions.first(limit), tuple(members)))
    vote = spec["vote"]
    weights, source = vote.pop("weights"), vote.pop("weights_from")
    selected = select_all(pools, VoteOptions(**vote), rules_named(spec["rules"]), weights, source)
    table = ensemble_study(snakemake.wildcards.ensemble, selected)
    export(Path(snakemake.output.csv), table)
    export_json(Path(snakemake.output.json), table)
