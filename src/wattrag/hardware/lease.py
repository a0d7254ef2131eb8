"""A GPU of one's own: Snakemake counts devices but does not number them, so jobs lease them.

There is a lock file for each device of the host, locked as long as the job lives: a killed job's
lease ends with it. What others gave us is honoured: `CUDA_VISIBLE_DEVICES`, SLURM's grant.
"""

import atexit
import fcntl
import importlib
import logging
import os
import re
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

from wattrag.errors import InputError

VISIBLE = "CUDA_VISIBLE_DEVICES"
_LOOK_SECONDS, _TELL_SECONDS = 0.5, 60.0
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")
_log = logging.getLogger(__name__)


class Lease:
    """So many devices of this job alone, from `take` to `give_back`."""

    def __init__(self, count: int, folder: Path | None = None) -> None:
        """Want `count` devices; their locks lie in `folder`, the host's temporary one."""
        self._count = count
        self._folder = folder or Path(tempfile.gettempdir())
        self._locks: list[IO[bytes]] = []
        self._before: str | None = None
        self.devices: tuple[str, ...] = ()

    def take(self) -> tuple[str, ...]:
        """Wait for the devices, and let CUDA see no others; to be called before it starts.

        Raises:
            InputError: this job may not see so many devices.
        """
        names = visible_devices(os.environ)
        if len(names) < self._count:
            problem = f"{self._count} are wanted, {len(names)} are visible here"
            raise InputError("GPUs", problem, f"see {VISIBLE}, or what the scheduler granted")
        self.devices = self._wait(names)
        self._before = os.environ.get(VISIBLE)
        os.environ[VISIBLE] = ",".join(self.devices)
        return self.devices

    def give_back(self) -> None:
        """Let others have the devices."""
        for lock in self._locks:
            lock.close()
        if self.devices:
            os.environ.pop(VISIBLE)
            if self._before is not None:
                os.environ[VISIBLE] = self._before
        self._locks, self.devices = [], ()

    def _wait(self, names: list[str]) -> tuple[str, ...]:
        told = 0.0
        while True:
            taken = self._try(names)
            if len(taken) == self._count:
                return taken
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                _log.info("waiting for %d GPUs; other jobs hold them", self._count)
            time.sleep(_LOOK_SECONDS)

    def _try(self, names: list[str]) -> tuple[str, ...]:
        """As many free devices as are wanted, or none at all: two jobs must not wait in turn."""
        taken: list[str] = []
        for name in names:
            lock = self._lock(name)
            if lock is not None:
                taken.append(name)
                self._locks.append(lock)
            if len(taken) == self._count:
                return tuple(taken)
        for lock in self._locks:
            lock.close()
        self._locks = []
        return ()

    def _lock(self, name: str) -> IO[bytes] | None:
        path = self._folder / f"wattrag-gpu-{_UNSAFE.sub('_', name)}.lock"
        # Other users of the host lock it too. Opened without following a link or writing.
        handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        lock = os.fdopen(handle, "rb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock


_held: list[Lease] = []
"""Of this process, until it ends."""


def held_gpus() -> tuple[str, ...]:
    """The devices that this process holds for the rest of its life; see `hold_gpus`."""
    return tuple(device for lease in _held for device in lease.devices)


@cache
def hold_gpus(count: int) -> tuple[str, ...]:
    """Lease devices for the rest of this process, before CUDA starts; none where there are none.

    Raises:
        InputError: there are devices, but this job may not see so many.
    """
    if not count or not visible_devices(os.environ):
        return ()
    held = Lease(count)
    held.take()
    _held.append(held)
    atexit.register(held.give_back)
    return held.devices


def visible_devices(environment: Mapping[str, str]) -> list[str]:
    """The devices that this job may use, by names that mean the same to every job of the host.

    An index is turned into the device's UUID, for under SLURM each job's first device is 0.
    """
    uuids = _uuids()
    given = environment.get(VISIBLE)
    if given is None:
        return uuids
    names = [name.strip() for name in given.split(",") if name.strip()]
    return [
        uuids[int(name)] if name.isdecimal() and int(name) < len(uuids) else name for name in names
    ]


def _uuids() -> list[str]:
    """The driver's devices in its order; none without a driver or its package."""
    try:
        nvml: Any = importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:  # noqa: BLE001 - no package, no library, no driver: there is no device then
        return []
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        return [str(nvml.nvmlDeviceGetUUID(handle)) for handle in handles]
    finally:
        nvml.nvmlShutdown()
