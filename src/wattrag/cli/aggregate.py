"""`wattrag aggregate`: one submission from the votes of several."""

from pathlib import Path
from typing import Annotated

import typer

from wattrag.cli.common import print_problem
from wattrag.datafiles.submission import read_submission, write_submission
from wattrag.ensemble.aggregate import aggregate as aggregate_members
from wattrag.ensemble.aggregate import lacking
from wattrag.ensemble.ballot import Member
from wattrag.ensemble.options import REF_MODES, STRATEGIES, TIEBREAKS, VoteOptions


def aggregate(
    submissions: Annotated[list[Path], typer.Argument(help="Submissions, first wins ties.")],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The ensemble's submission.")],
    strategy: Annotated[str, typer.Option(help=", ".join(STRATEGIES))] = "majority",
    ref_mode: Annotated[str, typer.Option(help=", ".join(REF_MODES))] = "union",
    tiebreak: Annotated[str, typer.Option(help=" or ".join(TIEBREAKS))] = "first",
    ignore_blank: Annotated[
        bool, typer.Option(help="Abstentions vote only where all abstain.")
    ] = True,
    raw_votes: Annotated[
        bool, typer.Option("--raw-votes", help="Vote on strings as they are.")
    ] = False,
) -> None:
    """Make one submission from the votes of several."""
    options = VoteOptions(
        strategy=strategy,
        ref_mode=ref_mode,
        ignore_blank=ignore_blank,
        tiebreak=tiebreak,
        raw_votes=raw_votes,
    )
    members = [Member(str(path), read_submission(path)) for path in submissions]
    rows = aggregate_members(members, options)
    write_submission(output, rows)
    for member, missing in lacking(members):
        print_problem(f"{member.name}: has no vote on {missing} of {len(rows)} questions")
