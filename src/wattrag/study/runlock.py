"""One run of a study at a time, and nothing left alive of a run that was killed.

The lock is a file that Snakemake and every job of it inherit as their standard input: it is free
only when the last of them has ended, however it ended. A study that was started by a bare
`snakemake` has no such lock; its processes are found by what they are.
"""

import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from wattrag.errors import RunFailedError
from wattrag.study.processes import StudyProcess, study_processes

LOCK = Path(".wattrag/run.lock")
SNAKEMAKE_LOCKS = Path(".snakemake/locks")
PATIENCE_S = 120.0
POLL_S = 0.2
NOTE_BYTES = 1000
_CLOCK_S = 2.0  # start times are told from the clock, which may have been set since
_log = logging.getLogger(__name__)


def take_run_lock(folder: Path, patience_s: float = PATIENCE_S) -> int:
    """Take the lock of the study in `folder`, and wait for what a killed run left at work.

    Returns:
        A handle of the lock, which lives as long as any process has it open.

    Raises:
        RunFailedError: another run is alive, jobs of a killed one do not end, or the lock
            cannot be written.
    """
    path = folder / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        _wait(lambda: _locked(handle), folder, patience_s)
        _wait(lambda: _nothing_at_work(folder), folder, patience_s)
        _sign(handle)
    except OSError as error:
        raise RunFailedError(f"{path}: cannot be locked: {error.strerror}") from error
    return handle


def remove_stale_locks(folder: Path) -> bool:
    """Remove Snakemake's own locks of a killed run, as `--unlock` does; True if there were any.

    Call it with the run lock in hand.
    """
    stale = list((folder / SNAKEMAKE_LOCKS).glob("*"))
    for lock in stale:
        lock.unlink(missing_ok=True)
    return bool(stale)


def _wait(done: Callable[[], bool], folder: Path, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    if done():
        return
    _log.warning("waiting for jobs of a killed run to end%s", _named(folder))
    while not done():
        if time.monotonic() > deadline:
            raise RunFailedError(
                f"jobs of a killed run are still at work{_named(folder)}; stop them or let them "
                "end, then run again"
            )
        time.sleep(POLL_S)


def _locked(handle: int) -> bool:
    """Try to take the lock; False while only jobs hold it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _refuse_if_alive(os.pread(handle, NOTE_BYTES, 0))
        return False
    return True


def _sign(handle: int) -> None:
    """Note in the lock who holds it."""
    me = psutil.Process()
    note = {"pid": me.pid, "started": me.create_time(), "host": socket.gethostname()}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(note).encode(), 0)


def _refuse_if_alive(note: bytes) -> None:
    """Raise if the run that signed the lock is alive; its jobs may outlive it."""
    try:
        holder = json.loads(note)
        pid, started, host = int(holder["pid"]), float(holder["started"]), str(holder["host"])
    except (ValueError, LookupError, TypeError):
        return
    if host != socket.gethostname():
        raise _busy(f"process {pid} on {host}")
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < _CLOCK_S
        alive = same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return
    if alive:
        raise _busy(f"process {pid}")


def _nothing_at_work(folder: Path) -> bool:
    """Whether what Snakemake's locks stand for has ended; raise if it is a run that is alive."""
    if not any((folder / SNAKEMAKE_LOCKS).glob("*")):
        return True
    found = study_processes(folder)
    for process in found:
        if process.is_run:
            raise _busy(f"process {process.pid}")
    return not found


def _busy(who: str) -> RunFailedError:
    return RunFailedError(f"{who} is running this study; wait for it or stop it")


def _named(folder: Path) -> str:
    found: list[StudyProcess] = study_processes(folder)
    pids = ", ".join(str(process.pid) for process in found)
    return f" (process {pids})" if pids else ""
