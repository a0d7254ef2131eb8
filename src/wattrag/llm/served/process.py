"""Starting a server for a job: on a free port, watched until it is ready, ended with the job."""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import psutil

from wattrag.errors import RunFailedError, visible
from wattrag.llm.served import guard
from wattrag.llm.served.guard import GRACE_SECONDS

HOST = "127.0.0.1"
PORTS = 3
"""Ports that are tried: another process may take one between its choice and its use."""
_TAKEN = "address already in use"
_LOG_BYTES, _LINES, _LINE_LENGTH = 8192, 5, 200
"""What is read of a log, and shown of it."""
_PROBE_SECONDS = 5.0
_OFTEN, _SELDOM = 0.1, 1.0
"""Seconds between two looks at a server that starts: first, and at last."""


@dataclass(frozen=True)
class Launch:
    """How a server is started."""

    where: str
    """The model, for messages."""
    command: Callable[[int], Sequence[str]]
    """By the port."""
    environment: Callable[[int], Mapping[str, str]]
    """By the port."""
    key: str
    """That the server asks of those who call it."""
    seconds: float
    """Until it must be ready."""


class ServerProcess:
    """A server behind its guard (see `wattrag.llm.served.guard`), and what it has printed."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it has no name that could stay behind
        guarded = [sys.executable, "-P", guard.__file__, *command]
        self._guard = subprocess.Popen(
            guarded,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            env=dict(environment),
            start_new_session=True,  # a group to kill, and Ctrl-C is the job's to handle
        )

    def ended(self, wait: float = 0) -> bool:
        """Whether it has ended, or does so within some seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guard.wait(wait)
        return self._guard.returncode is not None

    def listens(self, port: int) -> bool:
        """Whether it is this server that listens there, and not one of somebody else's."""
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._guard.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    for link in process.net_connections("tcp"):
                        if link.status == psutil.CONN_LISTEN and link.laddr.port == port:
                            return True
        return False

    def last_words(self) -> str:
        """The end of what it printed, in one line."""
        size = os.fstat(self._log.fileno()).st_size
        tail = os.pread(self._log.fileno(), _LOG_BYTES, max(0, size - _LOG_BYTES))
        lines = [line.strip() for line in tail.decode(errors="replace").splitlines()]
        said = [line[:_LINE_LENGTH] for line in lines if line][-_LINES:]
        return visible(" / ".join(said)) or "it printed nothing"

    def release(self) -> None:
        """Let the guard end it, and do not wait for that."""
        if self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.close()

    def stop(self) -> None:
        """End it and all that it started; they are gone when this returns."""
        self.release()
        if not self.ended(2 * GRACE_SECONDS):
            self._guard.kill()
            self._guard.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._guard.pid, signal.SIGKILL)  # if the guard was killed before the server
        self._log.close()


async def start_server(launch: Launch) -> tuple[ServerProcess, int]:
    """A server that is ready, and its port.

    Raises:
        RunFailedError: it ended before, or was not ready in time; with the end of its log.
    """
    deadline = time.monotonic() + launch.seconds
    for left in reversed(range(PORTS)):
        port = free_port()
        process = ServerProcess(launch.command(port), launch.environment(port))
        try:
            if await _is_ready(process, port, launch, deadline):
                return process, port
            words, is_dead = process.last_words().replace(launch.key, "***"), process.ended()
        except BaseException:
            process.release()
            raise
        await asyncio.to_thread(process.stop)
        if is_dead and left and _TAKEN in words.lower():
            continue
        how = "ended at its start" if is_dead else f"was not ready within {launch.seconds:g} s"
        raise RunFailedError(f"{launch.where}: its server {how}: {words}")
    raise AssertionError


async def _is_ready(process: ServerProcess, port: int, launch: Launch, deadline: float) -> bool:
    """Wait until a server answers; False if it ends or time is up before."""
    pause = _OFTEN
    while not process.ended() and time.monotonic() < deadline:
        if await asyncio.to_thread(_answers, port, launch.key) and process.listens(port):
            return True
        await asyncio.sleep(pause)
        pause = min(2 * pause, _SELDOM)
    return False


def free_port() -> int:
    """A port of this machine that nobody listens on at present."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _answers(port: int, key: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
