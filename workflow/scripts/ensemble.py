"""Vote over the members' submissions."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.questions import read_questions
    from wattrag.datafiles.submission import in_question_order, write_submission
    from wattrag.ensemble.aggregate import aggregate
    from wattrag.ensemble.members import paths, read_members, vote_record
    from wattrag.ensemble.options import VoteOptions
    from wattrag.ensemble.weights import weights_by_score
    from wattrag.files import write_json
    from wattrag.scoring.rules import rules_named

    spec, given, out = json.loads(snakemake.params.spec), snakemake.input, snakemake.output
    limit, names, weighed = spec["questions"]["limit"], spec["members"], spec["weighed"]
    questions = read_questions(Path(given.questions), spec["questions"]["columns"])
    weights = spec["vote"].pop("weights")
    if weighed is not None:
        weights = weights_by_score(
            paths(names, given.weighing),
            read_questions(Path(given.weighing_questions), weighed["questions"]["columns"], limit),
            questions,
            rules_named(weighed["rules"]),
        )
    answers = paths(spec["answers"], given.answers)
    members = read_members(paths(names, given.members), questions, limit, weights, answers)
    voted = aggregate(members, VoteOptions(**spec["vote"]))
    write_submission(Path(out.submission), in_question_order(voted, questions))
    write_json(Path(out.vote), vote_record(members, spec["vote"]))
