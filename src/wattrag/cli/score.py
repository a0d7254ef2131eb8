"""`wattrag score`: a submission against its labelled questions."""

from pathlib import Path
from typing import Annotated

import typer

from wattrag.cli.common import print_json, print_problem
from wattrag.datafiles.questions import read_questions
from wattrag.datafiles.submission import read_submission
from wattrag.scoring.rules import RULES, rules_named


def score(
    truth: Annotated[Path, typer.Argument(help="Labelled questions (CSV).")],
    submission: Annotated[Path, typer.Argument(help="Submission (CSV).")],
    rules: Annotated[str, typer.Option(help=", ".join(RULES))] = "2025",
    show_errors: Annotated[
        int, typer.Option(min=0, metavar="N", help="Show the N questions that lost most.")
    ] = 0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every question.")] = False,
) -> None:
    """Score a submission: JSON with 95 % intervals on stdout, texts on stderr."""
    from wattrag.scoring import report
    from wattrag.scoring.score import score as score_submission

    rule_set = rules_named(rules)
    questions, rows = read_questions(truth), read_submission(submission)
    scores = score_submission(questions, rows, rule_set, where=str(submission))
    lines = report.question_lines(questions, rows, scores) if verbose else []
    lines += report.worst_lines(questions, rows, scores, show_errors)
    for line in lines:
        typer.echo(line, err=True)
    for notice in report.notices(scores):
        print_problem(notice)
    print_json(report.score_json(questions, scores))
