"""Where energy is read: counters of the GPUs' driver, their power, the processor's counters."""

import importlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

Method = Literal["nvml", "power_sampling", "rapl"]
POWERCAP = Path("/sys/class/powercap")
_PACKAGE_DEPTH = 1
"""Colons in a zone's name: `intel-rapl:0` is a package, `intel-rapl:0:1` a part of it."""


class SourceLostError(Exception):
    """A source that was there can no longer be read."""


class Source(Protocol):
    """A counter of energy that only grows."""

    @property
    def method(self) -> Method:
        """How energy is found out."""
        ...

    @property
    def devices(self) -> int:
        """GPUs, or packages of processors, that are counted."""
        ...

    def joules(self) -> float:
        """Joules since some moment before the first call; to be called about each second.

        Raises:
            SourceLostError: it cannot be read any more.
        """
        ...


class GpuCounters:
    """The driver's counters of energy, of all devices together (Volta and later)."""

    method: Method = "nvml"

    def __init__(self, nvml: Any, handles: Sequence[Any]) -> None:
        self._nvml, self._handles = nvml, handles
        self.devices = len(handles)

    def joules(self) -> float:
        """Sum of the counters, which are in millijoules."""
        read = self._nvml.nvmlDeviceGetTotalEnergyConsumption
        try:
            return sum(float(read(handle)) for handle in self._handles) / 1000
        except self._nvml.NVMLError as error:
            raise SourceLostError(str(error)) from error


class GpuPower:
    """The devices' power, summed up over time as trapezoids between two looks."""

    method: Method = "power_sampling"

    def __init__(self, nvml: Any, handles: Sequence[Any]) -> None:
        self._nvml, self._handles = nvml, handles
        self.devices = len(handles)
        self._sum = 0.0
        self._last: tuple[float, float] | None = None

    def joules(self) -> float:
        """Energy since the first call."""
        now, watts = time.monotonic(), self._watts()
        if self._last is not None:
            then, before = self._last
            self._sum += (now - then) * (watts + before) / 2
        self._last = now, watts
        return self._sum

    def _watts(self) -> float:
        """NVML gives milliwatts."""
        read = self._nvml.nvmlDeviceGetPowerUsage
        try:
            return sum(float(read(handle)) for handle in self._handles) / 1000
        except self._nvml.NVMLError as error:
            raise SourceLostError(str(error)) from error


class Rapl:
    """The processors' own counters, all packages together: whatever else runs there counts too.

    A counter starts again at 0 after `max_energy_range_uj`; read each second, it never wraps twice
    between two looks.
    """

    method: Method = "rapl"

    def __init__(self, zones: Sequence[Path]) -> None:
        self._zones = zones
        self.devices = len(zones)
        self._sum = 0.0
        self._last: dict[Path, int] = {}

    def joules(self) -> float:
        """Energy since the first call."""
        for zone in self._zones:
            now = _number(zone / "energy_uj")
            grown = now - self._last.get(zone, now)
            if grown < 0:
                grown += _number(zone / "max_energy_range_uj")
            self._sum += grown / 1e6
            self._last[zone] = now
        return self._sum


def gpu_source(devices: Sequence[str], nvml: Any = None) -> Source | None:
    """What tells the energy of all these GPUs; None if nothing does.

    Args:
        devices: by UUID or index, as `wattrag.hardware.lease` names them.
        nvml: the driver's library, started; None to look for it. It is left open, for its
            handles are in use as long as this process lives.
    """
    nvml = nvml if nvml is not None else _driver()
    if nvml is None or not devices:
        return None
    for kind in (GpuCounters, GpuPower):
        try:
            source: Source = kind(nvml, [_handle(nvml, name) for name in devices])
            source.joules()
        except (nvml.NVMLError, SourceLostError):
            continue
        return source
    return None


def cpu_source(powercap: Path = POWERCAP) -> Source | None:
    """What tells the processors' energy; None if nothing does, or only the administrator may read.

    Args:
        powercap: the kernel's folder of zones.
    """
    zones = [z for z in sorted(powercap.glob("*rapl:*")) if z.name.count(":") == _PACKAGE_DEPTH]
    packages = [zone for zone in zones if _text(zone / "name").startswith("package")]
    source = Rapl(packages)
    try:
        source.joules()
    except SourceLostError:
        return None
    return source if packages else None


def _driver() -> Any:
    try:
        nvml: Any = importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:  # noqa: BLE001 - no package, no library, no driver: nothing to read then
        return None
    return nvml


def _handle(nvml: Any, name: str) -> Any:
    if name.isdecimal():
        return nvml.nvmlDeviceGetHandleByIndex(int(name))
    return nvml.nvmlDeviceGetHandleByUUID(name)


def _number(path: Path) -> int:
    try:
        return int(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SourceLostError(f"{path}: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
