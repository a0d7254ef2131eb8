"""The frame of a workflow job: its log, its errors as one line, its spec."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wattrag.config.environment import read_environment
from wattrag.errors import WattragError

ERROR_MARK = "wattrag error: "


@contextmanager
def logged(log: str) -> Iterator[None]:
    """Send everything a job prints, C libraries' output too, to its log file; read `.env`.

    A known error ends the job with its one line as the log's last, without a traceback; any
    other exception keeps its traceback.
    """
    with Path(log).open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    read_environment()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        yield
    except WattragError as error:
        print(f"{ERROR_MARK}{error}", file=sys.stderr, flush=True)  # noqa: T201
        sys.exit(1)


def error_lines(text: str) -> list[str]:
    """The one-line errors in a log, each once, in order."""
    lines = (line.strip() for line in text.splitlines())
    found = (line[len(ERROR_MARK) :] for line in lines if line.startswith(ERROR_MARK))
    return list(dict.fromkeys(found))
