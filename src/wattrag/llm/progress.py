"""How far long work is: a bar on a terminal, log lines elsewhere."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_log = logging.getLogger(__name__)


@contextmanager
def progress(doing: str, total: int, note: str = "") -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many were done since its last call.

    Args:
        doing: what is done, as `embedding`.
        total: how many there are; nothing is shown for none.
        note: ends each log line.
    """
    if total and sys.stderr.isatty():
        with _bar(doing, total) as show:
            yield show
        return
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        _log.info("%s: %d of %d%s", doing, done, total, note)

    yield advance


@contextmanager
def _bar(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda count: bar.advance(task, count)
