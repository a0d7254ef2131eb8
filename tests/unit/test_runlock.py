"""The run lock by itself: who holds it, what is waited for, what is refused."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from wattrag.errors import RunFailedError
from wattrag.study.processes import study_processes
from wattrag.study.runlock import LOCK, remove_stale_locks, take_run_lock

IDLE = [sys.executable, "-c", "import sys, time; print(flush=True); time.sleep(60)"]


@pytest.fixture
def job(tmp_path):
    """A process that has the lock as its standard input, as jobs do, and did not sign it."""
    handle = take_run_lock(tmp_path)
    os.truncate(tmp_path / LOCK, 0)
    with subprocess.Popen(IDLE, stdin=handle) as process:
        os.close(handle)
        yield process
        process.kill()


def sign(folder: Path, **changes) -> None:
    me = psutil.Process()
    note = {"pid": me.pid, "started": me.create_time(), "host": socket.gethostname()}
    (folder / LOCK).write_text(json.dumps({**note, **changes}))


def test_a_free_lock_is_taken_and_signed(tmp_path):
    os.close(take_run_lock(tmp_path))

    assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()


def test_a_job_of_a_killed_run_is_waited_for_and_not_forever(tmp_path, job):
    with pytest.raises(RunFailedError, match="jobs of a killed run are still at work"):
        take_run_lock(tmp_path, patience_s=0.1)


def test_the_lock_is_free_once_the_last_job_is_killed(tmp_path, job):
    job.kill()
    job.wait()

    os.close(take_run_lock(tmp_path, patience_s=5))


def test_a_run_that_is_alive_is_named(tmp_path, job):
    sign(tmp_path)

    with pytest.raises(RunFailedError, match=f"process {os.getpid()} is running this study"):
        take_run_lock(tmp_path)


def test_a_process_that_got_the_id_of_a_killed_run_is_not_taken_for_it(tmp_path, job):
    sign(tmp_path, started=1.0)

    with pytest.raises(RunFailedError, match="still at work"):
        take_run_lock(tmp_path, patience_s=0.1)


def test_a_run_on_another_machine_is_named(tmp_path, job):
    sign(tmp_path, host="elsewhere")

    with pytest.raises(RunFailedError, match="on elsewhere is running this study"):
        take_run_lock(tmp_path)


@pytest.mark.parametrize("note", [b"", b"123\n", b"\xff", b"[]", b'{"pid": "x"}', b"null"])
def test_an_unreadable_note_is_no_run(tmp_path, job, note):
    (tmp_path / LOCK).write_bytes(note)

    with pytest.raises(RunFailedError, match="still at work"):
        take_run_lock(tmp_path, patience_s=0.1)


def test_a_lock_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / ".wattrag").write_text("a file")

    with pytest.raises(RunFailedError, match=r"run.lock: cannot be locked: "):
        take_run_lock(tmp_path)


def test_stale_locks_are_removed_and_told_of(tmp_path):
    locks = tmp_path / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").write_text("a.csv\n")

    assert remove_stale_locks(tmp_path)
    assert not any(locks.iterdir())
    assert not remove_stale_locks(tmp_path)


def test_a_script_of_a_job_is_found_by_its_place(tmp_path):
    script = tmp_path / ".snakemake/scripts/tmp01.index.py"
    script.parent.mkdir(parents=True)
    script.write_text("import time; print(flush=True); time.sleep(60)")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        found = study_processes(tmp_path)
        elsewhere = study_processes(tmp_path / "other")
        process.kill()

    assert [(p.pid, p.is_run) for p in found] == [(process.pid, False)]
    assert elsewhere == []
    assert study_processes(tmp_path) == []
