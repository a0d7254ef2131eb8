"""Run the workflow as `make run` does: one run at a time, and a killed one cleaned up after.

The run lock is this process's standard input, so that Snakemake and every job inherit it. With
the lock in hand nothing of an earlier run is alive, and Snakemake's own lock can be removed.

Usage: python workflow/run.py [SNAKEMAKE OPTION]...
"""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

LOCK = Path(".wattrag/run.lock")
SNAKEFILE = Path(__file__).with_name("Snakefile")
PATIENCE_S = 120
POLL_S = 0.2


def main(options: list[str]) -> None:
    """Take the lock, clean up, become Snakemake."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    take(os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC))
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)]
    if any(Path(".snakemake/locks").glob("*")):
        print("run: unlocking after a run that was killed", file=sys.stderr)
        subprocess.run([*snakemake, "--unlock", "--quiet", "all", *configs(options)], check=True)
    os.execv(sys.executable, [*snakemake, *options])


def take(handle: int) -> None:
    """Lock the file, make it standard input, and note in it who holds it."""
    deadline = time.monotonic() + PATIENCE_S
    while not locked(handle):
        holder = os.pread(handle, 32, 0).decode(errors="replace").strip()
        if running(holder):
            sys.exit(f"run: process {holder} is running this study; wait for it or stop it")
        if time.monotonic() > deadline:
            sys.exit("run: jobs of a killed run are still alive; stop them, then run again")
        time.sleep(POLL_S)
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    os.dup2(handle, 0)


def locked(handle: int) -> bool:
    """Try to take the lock."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def running(pid: str) -> bool:
    """Whether the run that noted itself in the lock is alive; its jobs may outlive it."""
    try:
        return psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except (ValueError, psutil.NoSuchProcess):
        return False


def configs(options: list[str]) -> list[str]:
    """The options that say which study it is."""
    kept: list[str] = []
    for position, option in enumerate(options):
        if option in {"--configfile", "--configfiles", "--directory", "-d"}:
            kept += options[position : position + 2]
    return kept


if __name__ == "__main__":
    main(sys.argv[1:])
