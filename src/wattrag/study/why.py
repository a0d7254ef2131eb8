"""Why a result is stale: the jobs that would run for it, and what causes each."""

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattrag.errors import InputError
from wattrag.study.causes import Cause, causes
from wattrag.study.dryrun import NoRuleError, PlannedJob, planned_jobs
from wattrag.study.record import recorded_files


@dataclass(frozen=True)
class StaleJob:
    """A job that the next run starts, and why."""

    rule: str
    wildcards: Mapping[str, str]
    outputs: tuple[str, ...]
    causes: tuple[Cause, ...]


def why(file: Path, configfiles: Sequence[Path] = ()) -> list[StaleJob]:
    """The jobs that the next run of the study would start for `file`, in dataflow order.

    Args:
        file: a file that the workflow makes, relative to the study or absolute.
        configfiles: as given to Snakemake; none means `config/config.yaml`.

    Returns:
        The job that makes `file` and every job upstream that would run; empty: up to date.

    Raises:
        InputError: `file` lies outside the study, no rule makes it, or the study is broken.
    """
    target = _within_study(file)
    if "/" not in target:  # Snakemake would take it for the name of a rule
        raise _not_made(target, configfiles)
    try:
        planned = planned_jobs(configfiles, target)
    except NoRuleError as error:
        if target not in error.problem:
            raise
        raise _not_made(target, configfiles) from error
    makers = {output: job for job in planned for output in job.outputs}
    return [
        StaleJob(job.rule, job.wildcards, job.outputs, tuple(causes(job, makers)))
        for job in _upstream(target, planned, makers)
    ]


def _within_study(file: Path) -> str:
    """The path as the workflow writes it: relative to the working directory."""
    target = os.path.relpath(file)
    if target.startswith(os.pardir):
        raise InputError(
            str(file), "lies outside the study", "call this in the folder the study runs in"
        )
    return target


def _upstream(
    target: str, planned: Sequence[PlannedJob], makers: Mapping[str, PlannedJob]
) -> list[PlannedJob]:
    """The planned jobs that `target` depends on, each after those it depends on."""
    queue = [job for job in planned if job.makes(target)]
    needed: set[int] = set()
    while queue:
        job = queue.pop()
        if id(job) not in needed:
            needed.add(id(job))
            queue += [makers[name] for name in job.inputs if name in makers]
    level: dict[int, int] = {}
    for job in planned:
        upstream = (makers[name] for name in job.inputs if name in makers)
        level[id(job)] = 1 + max((level.get(id(other), 0) for other in upstream), default=0)
    found = [job for job in planned if id(job) in needed]  # unsorted within a level
    return sorted(found, key=lambda job: (level[id(job)], job.rule, job.outputs))


def _not_made(target: str, configfiles: Sequence[Path]) -> InputError:
    planned = (output for job in planned_jobs(configfiles) for output in job.outputs)
    close = difflib.get_close_matches(target, sorted({*recorded_files(), *planned}), n=1)
    cure = f"did you mean '{close[0]}'?" if close else "name a file that a run writes in results/"
    return InputError(target, "no rule of the workflow makes it", cure)
