"""`wattrag why`: what makes a result stale."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wattrag.cli.common import DEFAULT_CONFIG, print_json
from wattrag.cli.options import JsonOption
from wattrag.study.causes import Cause
from wattrag.study.load import read_config_file
from wattrag.study.why import StaleJob
from wattrag.study.why import why as stale_jobs

SHOWN = 3


def why(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that the workflow makes.")],
    configfile: Annotated[
        list[Path] | None,
        typer.Option(metavar="CONFIG", help=f"As given to Snakemake; none: {DEFAULT_CONFIG}."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say why the next run would make FILE again: each job it takes, and what causes it.

    Causes are shown where they begin. The settings of a job whose inputs changed are compared
    once the inputs are up to date.
    """
    for path in configfile or [DEFAULT_CONFIG]:
        read_config_file(path)
    jobs = stale_jobs(file, configfile or ())
    if as_json:
        print_json({"file": str(file), "stale": bool(jobs), "jobs": [asdict(job) for job in jobs]})
        return
    typer.echo(f"{file}: {_verdict(jobs)}")
    for job in jobs:
        _print(job)


def _verdict(jobs: Sequence[StaleJob]) -> str:
    if not jobs:
        return "up to date"
    return "1 job would run" if len(jobs) == 1 else f"{len(jobs)} jobs would run"


def _print(job: StaleJob) -> None:
    wildcards = " ".join(f"{name}={value}" for name, value in job.wildcards.items())
    typer.echo(f"{job.rule} {wildcards}".rstrip())
    for cause in job.causes:
        typer.echo(f"  {_line(cause)}")


def _line(cause: Cause) -> str:
    if not cause.files:
        return cause.text
    more = len(cause.files) - SHOWN
    shown = ", ".join(cause.files[:SHOWN])
    return f"{cause.text}: {shown}" + (f" and {more} more" if more > 0 else "")
