"""A run of the tiny study that can be killed at a chosen moment, as `make run` starts it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from wattrag.study import code

from .study import ROOT

COMMAND = [sys.executable, str(ROOT / "workflow" / "run.py"), "--cores", "2"]
CONFIG = ("--configfile", "study.yaml")
PATIENCE_S = 120
GATE = "gate"
COMPARED = ("submission.csv", "answers.jsonl", "results.json")


class Run:
    """A run in the background; its process id stays the same when it becomes Snakemake."""

    def __init__(self, folder: Path, env: dict[str, str] | None, command: list[str]) -> None:
        self.folder, self.log = folder, folder / "run.log"
        self.process = subprocess.Popen(
            [*command, *CONFIG],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self.process.pid

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    @property
    def steps(self) -> int:
        """Jobs finished so far."""
        return self.output.count(" steps (")

    def jobs(self, script: str = "") -> list[psutil.Process]:
        """The job processes alive now, of one script (`index.`) or of all."""
        try:
            children = psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [child for child in children if f".{script}" in _script(child)]

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Poll until `condition` holds or the run has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition() and self.process.poll() is None:
            assert time.monotonic() < deadline, self.output[-4000:]
            time.sleep(0.01)

    def kill_snakemake(self) -> None:
        """End the main process at once; its jobs live on."""
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """End everything that is left."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def started(
    folder: Path, env: dict[str, str] | None = None, command: list[str] = COMMAND
) -> Iterator[Run]:
    """A run that is gone, with all its jobs, when the block ends."""
    run = Run(folder, env, command)
    try:
        yield run
    finally:
        run.kill_all()


def run_to_the_end(
    folder: Path, *options: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the study and wait; output is captured as one text."""
    return subprocess.run(
        [*COMMAND, *options, *CONFIG],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )


def gated_library(folder: Path, module: str) -> dict[str, str]:
    """The environment of a library whose `module` waits while the file `gate` exists."""
    library = Path(shutil.copytree(code.LIBRARY, folder / "source" / "wattrag"))
    text = (library / module).read_text()
    wait = f"import os, time\nwhile os.path.exists({GATE!r}): time.sleep(0.05)\n"
    (library / module).write_text(f"{text}\n{wait}")
    return {**os.environ, "PYTHONPATH": str(library.parent)}


def outcome(folder: Path) -> dict[str, bytes]:
    """The files that must not depend on what happened on the way."""
    found = (p for p in sorted((folder / "results").rglob("*.*")) if p.name in COMPARED)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def _script(process: psutil.Process) -> str:
    """The script of a job, as `/.../tmp0123.index.py`; empty for any other process."""
    try:
        command = process.cmdline()
    except psutil.Error:
        return ""
    return next((part for part in command if ".snakemake/scripts/" in part), "")
