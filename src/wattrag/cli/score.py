"""`wattrag score`: a submission against its labelled questions."""

from pathlib import Path
from typing import Annotated

import typer

from wattrag.cli.common import print_json, print_problem
from wattrag.datafiles.questions import read_questions
from wattrag.datafiles.submission import read_submission
from wattrag.errors import InputError
from wattrag.scoring.rules import DEFAULT_RULES, METRICS, RULES, WATTBOT, rules_for


def score(
    truth: Annotated[Path, typer.Argument(help="Labelled questions (CSV).")],
    submission: Annotated[Path, typer.Argument(help="Submission (CSV).")],
    *,
    rules: Annotated[str | None, typer.Option(help=f"WattBot's rules: {', '.join(RULES)}.")] = None,
    metric: Annotated[
        str, typer.Option(help=f"{WATTBOT}, or for other benchmarks {', '.join(METRICS)}.")
    ] = WATTBOT,
    columns: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help="A question column that is called otherwise."),
    ] = None,
    show_errors: Annotated[
        int, typer.Option(min=0, metavar="N", help="Show the N questions that lost most.")
    ] = 0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every question.")] = False,
) -> None:
    """Score a submission: JSON with 95 % intervals on stdout, texts on stderr."""
    from wattrag.scoring import report
    from wattrag.scoring.score import score as score_submission

    if metric != WATTBOT and rules is not None:
        raise InputError("--rules", f"'{rules}' is WattBot's", f"leave it out for metric {metric}")
    rule_set = rules_for(metric, rules or DEFAULT_RULES)
    questions = read_questions(truth, _mapping(columns or []))
    rows = read_submission(submission)
    scores = score_submission(questions, rows, rule_set, where=str(submission))
    lines = report.question_lines(questions, rows, scores) if verbose else []
    lines += report.worst_lines(questions, rows, scores, show_errors)
    for line in lines:
        typer.echo(line, err=True)
    for notice in report.notices(scores):
        print_problem(notice)
    print_json(report.score_json(questions, scores))


def _mapping(columns: list[str]) -> dict[str, str]:
    pairs = [column.partition("=") for column in columns]
    for (ours, equals, theirs), given in zip(pairs, columns, strict=True):
        if not (ours and equals and theirs):
            raise InputError("--columns", f"'{given}' maps nothing", "write OURS=THEIRS")
    return {ours: theirs for ours, _, theirs in pairs}
