"""What a job takes of this machine while it runs: GPU time, and energy where it can be read."""

import os
import threading
import time
from collections.abc import Callable, Sequence

from wattrag.hardware.energy import UNKNOWN, Energy, EnergyMeter
from wattrag.hardware.energy_sources import Source, cpu_source, gpu_source
from wattrag.hardware.lease import held_gpus, visible_devices

LOOK_SECONDS = 0.5
TELL_SECONDS = 5.0
"""Between two reports; a kill loses as much."""
SourceOf = Callable[[Sequence[str]], Source | None]


def source_of(devices: Sequence[str]) -> Source | None:
    """What tells the energy of GPUs, or of the processor if there are none."""
    return gpu_source(devices) if devices else cpu_source()


class Watch:
    """Counts a job's GPU time and energy on a thread, from `start` to `stop`.

    GPUs count from the moment that they are leased, so that loading weights is part of it. A job
    that uses none is counted by the processor's energy, from the start.
    """

    def __init__(
        self,
        tell: Callable[[float | None, float], None],
        *,
        gpus: bool,
        source_of: SourceOf = source_of,
        held: Callable[[], Sequence[str]] = held_gpus,
    ) -> None:
        """Prepare; nothing runs yet.

        Args:
            tell: takes watt-hours (None: not known) and GPU seconds so far, every `TELL_SECONDS`
                and at the end.
            gpus: whether the job computes on GPUs, where there are some.
            source_of: energy of the devices by their names; none stands for the processor.
            held: the devices that are leased at the moment.
        """
        self._tell, self._source_of, self._held = tell, source_of, held
        self._gpus = gpus and bool(visible_devices(os.environ))
        self._meter: EnergyMeter | None = None
        self._gpu_seconds = 0.0
        self._looked = self._told = 0.0
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def can_measure(self) -> bool:
        """Whether something here tells the energy that the job will take."""
        devices = visible_devices(os.environ) if self._gpus else []
        return self._source_of(devices) is not None

    @property
    def gpu_seconds(self) -> float:
        """Seconds that devices were held so far, times their number."""
        return self._gpu_seconds

    def wh(self) -> float | None:
        """Watt-hours so far; 0 while no device is held, None where nothing tells them."""
        return 0.0 if self._meter is None else self._meter.wh()

    def energy(self, since: float | None = None) -> Energy:
        """What was used so far, from a moment of `time.monotonic` on."""
        return UNKNOWN if self._meter is None else self._meter.energy(since)

    def start(self) -> None:
        """Begin; a second call changes nothing."""
        if self._thread is not None:
            return
        self._looked = self._told = time.monotonic()
        self._look()
        self._thread = threading.Thread(target=self._run, name="wattrag-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Count a last time and tell it."""
        if self._thread is None or self._end.is_set():
            return
        self._end.set()
        self._thread.join()
        self._look()
        if self._meter is not None:
            self._meter.stop()
        self._tell(self.wh(), self._gpu_seconds)

    def _run(self) -> None:
        while not self._end.wait(LOOK_SECONDS):
            self._look()
            if self._looked - self._told >= TELL_SECONDS:
                self._told = self._looked
                self._tell(self.wh(), self._gpu_seconds)

    def _look(self) -> None:
        now, devices = time.monotonic(), self._held() if self._gpus else ()
        self._gpu_seconds += len(devices) * (now - self._looked)
        self._looked = now
        if self._meter is None and (devices or not self._gpus):
            self._meter = EnergyMeter(self._source_of(devices))
            self._meter.start()
