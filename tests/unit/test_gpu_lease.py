"""Jobs side by side get a device each; a killed job's device is free again."""

import os
import signal
import subprocess
import sys
import time

import pytest

from wattrag.errors import InputError
from wattrag.hardware.lease import VISIBLE, Lease, visible_devices

HOLD = """
import sys, time
from pathlib import Path
from wattrag.hardware.lease import Lease
lease = Lease(int(sys.argv[2]), Path(sys.argv[1]))
print(",".join(lease.take()), flush=True)
time.sleep(60)
"""


def job(folder, count, devices):
    """A process that leases devices, says which, and holds them."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), str(count)],
        env={**os.environ, VISIBLE: devices}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_jobs_side_by_side_get_different_devices(tmp_path):
    jobs = [job(tmp_path, 1, "GPU-a,GPU-b") for _ in range(2)]
    found = {one.stdout.readline().strip() for one in jobs}
    for one in jobs:
        one.kill()
    assert found == {"GPU-a", "GPU-b"}


def test_a_job_waits_until_a_device_is_free_even_if_its_holder_was_killed(tmp_path, monkeypatch):
    holder = job(tmp_path, 2, "GPU-a,GPU-b")
    assert holder.stdout.readline().strip() == "GPU-a,GPU-b"
    waiting = job(tmp_path, 1, "GPU-a,GPU-b")
    time.sleep(1)
    assert waiting.poll() is None
    holder.send_signal(signal.SIGKILL)
    assert waiting.stdout.readline().strip() == "GPU-a"
    waiting.kill()


def test_a_lease_shows_its_devices_alone_and_puts_back_what_was_visible(tmp_path, monkeypatch):
    monkeypatch.setenv(VISIBLE, "GPU-a,GPU-b,GPU-c")
    first, second = Lease(1, tmp_path), Lease(2, tmp_path)
    assert first.take() == ("GPU-a",)
    assert os.environ[VISIBLE] == "GPU-a"
    first.give_back()
    assert os.environ[VISIBLE] == "GPU-a,GPU-b,GPU-c"
    assert second.take() == ("GPU-a", "GPU-b")
    second.give_back()


def test_more_devices_than_are_visible_are_bad_input(tmp_path, monkeypatch):
    monkeypatch.setenv(VISIBLE, "GPU-a")
    with pytest.raises(InputError, match="2 are wanted, 1 are visible"):
        Lease(2, tmp_path).take()


def test_no_device_is_visible_where_none_is_granted():
    assert visible_devices({VISIBLE: ""}) == []
