"""Run the workflow as `make run` does: one run at a time, and a killed one cleaned up after.

The run lock is this process's standard input, so that Snakemake and every job inherit it. With
the lock in hand nothing of an earlier run is alive, and Snakemake's own lock can be removed.

Usage: python workflow/run.py [SNAKEMAKE OPTION]...
"""

import logging
import os
import sys
from pathlib import Path

from wattrag.errors import WattragError
from wattrag.study.processes import DRY_RUN
from wattrag.study.runlock import remove_stale_locks, take_run_lock

SNAKEFILE = Path(__file__).with_name("Snakefile")
INTERRUPTED = 130


def main(options: list[str]) -> None:
    """Take the lock, clean up, become Snakemake; a dry run changes nothing and needs no lock."""
    logging.basicConfig(format="run: %(message)s")
    if not DRY_RUN.intersection(options):
        try:
            lock(study_folder(options))
        except WattragError as error:
            sys.exit(f"run: {error}")
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
    sys.stderr.flush()
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE), *options]
    os.execv(sys.executable, command)


def lock(folder: Path) -> None:
    """Hold the study's lock as standard input, and remove what a killed run left locked."""
    os.dup2(take_run_lock(folder), 0)
    if remove_stale_locks(folder):
        logging.warning("unlocked after a run that was killed")


def study_folder(options: list[str]) -> Path:
    """Where Snakemake will work: the current folder, if no option names another."""
    for option, value in zip(options, [*options[1:], "."], strict=True):
        if option in {"--directory", "-d"}:
            return Path(value)
        if option.startswith("--directory="):
            return Path(option.partition("=")[2])
    return Path()


if __name__ == "__main__":
    main(sys.argv[1:])
