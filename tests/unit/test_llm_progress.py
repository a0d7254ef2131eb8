"""Progress: a bar where somebody looks, lines where something is logged."""

import logging
import os
import pty
import subprocess
import sys

from wattrag.llm.progress import progress

WORK = """
from wattrag.llm.progress import progress
with progress("embedding texts", 40) as advance:
    for _ in range(4):
        advance(10)
print("done")
"""


def test_a_log_gets_a_line_per_step(caplog):
    caplog.set_level(logging.INFO)
    with progress("embedding texts", 40, ", 2 were known") as advance:
        advance(30)
        advance(10)
    assert caplog.messages == [
        "embedding texts: 30 of 40, 2 were known",
        "embedding texts: 40 of 40, 2 were known",
    ]


def test_a_terminal_gets_a_bar_on_stderr_alone():
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", WORK]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    assert ended.stdout == b"done\n"
    assert b"embedding texts" in os.read(ours, 100_000)
    os.close(ours)
