"""`wattrag check`: any of our files, read by the reader that a run would use."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from wattrag.cli.common import DEFAULT_CONFIG, print_json, print_problem
from wattrag.cli.handed_in import Against
from wattrag.cli.kinds import READERS, kind_of
from wattrag.cli.options import JsonOption
from wattrag.datafiles.questions import read_questions
from wattrag.datafiles.sheet import read_sheet
from wattrag.errors import InputError


@dataclass(frozen=True)
class Finding:
    """What was found in one file: its kind and content, or its problems."""

    file: str
    kind: str | None
    content: str | None
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True if a run can use the file."""
        return not self.problems


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CONFIG | SHEET | QUESTIONS | SUBMISSION]...",
            help=f"YAML and CSV files of any of these kinds; none: {DEFAULT_CONFIG}.",
        ),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Question file that submissions must answer in full."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Document sheet that submissions may cite from."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Validate files; one line for each, or for each problem, and then exit code 2."""
    against = Against(
        read_questions(questions) if questions is not None else None,
        frozenset(row.id for row in read_sheet(sheet)) if sheet is not None else None,
    )
    findings = [_examine(path, against) for path in files or [DEFAULT_CONFIG]]
    _print(findings, as_json=as_json)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(InputError.exit_code)


def _examine(path: Path, against: Against) -> Finding:
    kind = None
    try:
        kind = kind_of(path, against)
        return Finding(str(path), kind, READERS[kind](path, against))
    except* InputError as errors:
        problems = tuple(str(error) for error in errors.exceptions)
    return Finding(str(path), kind, None, problems)


def _print(findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(finding) | {"ok": finding.ok} for finding in findings])
    for finding in findings:
        for problem in finding.problems:
            print_problem(problem)
        if finding.ok and not as_json:
            typer.echo(f"ok {finding.file}: {finding.kind}, {finding.content}")
