"""The processes that work on a study: Snakemake and the scripts of its jobs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPTS = Path(".snakemake/scripts")
DRY_RUN = frozenset({"-n", "--dry-run", "--dryrun"})
_PROGRAM_AND_MODULE = 3  # of `python -m snakemake` and `python /bin/snakemake`


@dataclass(frozen=True)
class StudyProcess:
    """A process at work on a study."""

    pid: int
    is_run: bool
    """It is Snakemake itself, not a job."""


def study_processes(folder: Path) -> list[StudyProcess]:
    """The live processes on this machine that work on the study in `folder`, by id.

    Dry runs, which change nothing, do not count; nor does what other users hide from us.
    """
    return sorted(_found(folder.resolve()), key=lambda process: process.pid)


def _found(folder: Path) -> Iterator[StudyProcess]:
    scripts = f"{folder / SCRIPTS}/"
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        command: Sequence[str] = process.info["cmdline"] or ()
        if process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        if _is_job(command, scripts):
            yield StudyProcess(process.pid, is_run=False)
        elif _is_run(command) and process.info["cwd"] == str(folder):
            yield StudyProcess(process.pid, is_run=True)


def _is_job(command: Sequence[str], scripts: str) -> bool:
    return _is_python(command) and any(part.startswith(scripts) for part in command)


def _is_run(command: Sequence[str]) -> bool:
    """Whether this is Snakemake, however it was started."""
    names = [Path(part) for part in command[:_PROGRAM_AND_MODULE]]
    named = any("snakemake" in {path.name, path.parent.name} for path in names)
    return _is_python(command) and named and not DRY_RUN.intersection(command)


def _is_python(command: Sequence[str]) -> bool:
    return bool(command) and "python" in Path(command[0]).name
