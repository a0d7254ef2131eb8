"""The process between a job and the server that it started; run as a script, it imports no wattrag.

It waits for the end of its standard input, a pipe that the job alone holds open: the job closes it,
or dies of whatever, and then the guard ends the server and all that the server has started.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

import psutil

GRACE_SECONDS = 10.0
"""From the request to end until the order to."""
TRIES = 5
"""A process that is not gone by then hangs in the kernel."""
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER


def main(command: list[str]) -> None:
    """Run a server until it ends, or until there is no job any more."""
    signal.signal(signal.SIGTERM, _leave)
    _adopt_orphans()
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_follow, args=(server,), daemon=True).start()
    try:
        sys.stdin.buffer.read()
    finally:
        end_all(GRACE_SECONDS)


def end_all(grace: float) -> None:
    """End all that descends from this process, first politely if there is some grace."""
    if grace:
        family = _family()
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        psutil.wait_procs(family, grace)
    for _ in range(TRIES):
        family = _family()  # with what was started meanwhile
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if not psutil.wait_procs(family, 1)[1] and not _family():
            return


def _follow(server: "subprocess.Popen[bytes]") -> None:
    """Leave with the server, and with its exit code."""
    code = server.wait()
    end_all(0)
    os._exit(code if code >= 0 else 128 - code)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _adopt_orphans() -> None:
    """Stay an ancestor of processes whose parents have ended, where the system has that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1)


def _family() -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return list(psutil.Process().children(recursive=True))
    return []


if __name__ == "__main__":
    main(sys.argv[1:])
