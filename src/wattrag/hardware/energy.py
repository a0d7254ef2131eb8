"""Energy over a window of time: a meter that runs beside the work and can be read meanwhile."""

import logging
import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Self

from wattrag.hardware.energy_sources import Method, Source, SourceLostError

JOULES_PER_WH = 3600.0
SAMPLE_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Energy:
    """What was used in a window; all is None where nothing could tell."""

    wh: float | None
    method: Method | None
    average_watts: float | None
    peak_watts: float | None
    """Highest mean between two looks, about a second apart."""
    devices: int
    """GPUs, or packages of processors, that were counted."""


UNKNOWN = Energy(None, None, None, None, 0)


class EnergyMeter:
    """Reads a source about each second, from `start` to `stop`, on a thread of its own.

    What is not known is None: without a source, or once it can no longer be read.
    """

    def __init__(
        self,
        source: Source | None,
        seconds: float = SAMPLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what is read, how often, and the time that windows are given in."""
        self._source, self._seconds, self._clock = source, seconds, clock
        self._times: list[float] = []
        self._joules: list[float] = []
        self._lost = source is None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._look()
        if not self._lost:
            self._thread = threading.Thread(target=self._run, name="wattrag-energy", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look a last time; what was measured can still be read."""
        if self._stop.is_set():
            return
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._look()

    def wh(self) -> float | None:
        """Watt-hours from the start until now."""
        if not self._stop.is_set():
            self._look()
        with self._lock:
            known = not self._lost and self._joules
            return (self._joules[-1] - self._joules[0]) / JOULES_PER_WH if known else None

    def energy(self, since: float | None = None) -> Energy:
        """What was used from the start, or a later moment of the clock, until now or `stop`.

        Between two looks the power is taken as constant.
        """
        if not self._stop.is_set():
            self._look()
        with self._lock:
            if self._source is None or self._lost or not self._times:
                return UNKNOWN
            times, joules = self._since(self._times[0] if since is None else since)
        used, seconds = joules[-1] - joules[0], times[-1] - times[0]
        means = [
            (after - before) / (end - begin)
            for (begin, end), (before, after) in zip(pairwise(times), pairwise(joules), strict=True)
            if end - begin >= self._seconds / 2
        ]
        average = used / seconds if seconds > 0 else None
        peak = max(means, default=average)
        wh = used / JOULES_PER_WH
        return Energy(wh, self._source.method, average, peak, self._source.devices)

    def _since(self, moment: float) -> tuple[list[float], list[float]]:
        """The looks from `moment` on, the first one interpolated."""
        times, joules = self._times, self._joules
        if moment <= times[0]:
            return list(times), list(joules)
        if moment >= times[-1]:
            return [times[-1]], [joules[-1]]
        after = bisect_right(times, moment)
        begin, end = times[after - 1], times[after]
        share = (moment - begin) / (end - begin)
        first = joules[after - 1] + share * (joules[after] - joules[after - 1])
        return [moment, *times[after:]], [first, *joules[after:]]

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._look()

    def _look(self) -> None:
        with self._lock:
            if self._source is None or self._lost:
                return
            try:
                joules = self._source.joules()
            except SourceLostError as error:
                self._lost = True
                _log.warning("energy is unknown: %s", error)
                return
            self._times.append(self._clock())
            self._joules.append(joules)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
