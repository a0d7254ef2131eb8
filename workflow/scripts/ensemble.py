"""Vote over the members' submissions."""

import json
from pathlib import Path

from wattrag.study.job import logged

with logged(snakemake.log[0]):
    from wattrag.datafiles.questions import read_questions
    from wattrag.datafiles.submission import (
        in_question_order,
        read_submission,
        without_unasked,
        write_submission,
    )
    from wattrag.ensemble.aggregate import aggregate
    from wattrag.ensemble.ballot import Member
    from wattrag.ensemble.options import VoteOptions

    spec = json.loads(snakemake.params.spec)
    every = read_questions(Path(snakemake.input.questions), spec["questions"]["columns"])
    asked = every.first(spec["questions"]["limit"])
    weights = spec["vote"].pop("weights") or {}
    members = [
        Member(
            name, without_unasked(read_submission(Path(path)), every, asked), weights.get(name, 1.0)
        )
        for name, path in zip(spec["members"], snakemake.input.members, strict=True)
    ]
    voted = aggregate(members, VoteOptions(**spec["vote"]))
    write_submission(Path(snakemake.output.submission), in_question_order(voted, asked))
