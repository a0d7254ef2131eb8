"""What is expensive to make is made once for all processes of a test run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[[Path], object]


def made_once(factory: pytest.TempPathFactory, name: str, make: Make) -> Path:
    """The folder `name`, filled by `make` in the first process that asks; others wait for it.

    Args:
        factory: of this process; with pytest-xdist its siblings have the same parent folder.
        name: of the folder, among all of the test run.
        make: fills the folder, which is empty.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
