"""This machine: what timings and energy of a study were measured on."""

import importlib
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

GIB = 2**30
# Distributions whose version can change a result or a timing.
PACKAGES = (
    "wattrag",
    "snakemake",
    "pymupdf",
    "usearch",
    "bm25s",
    "numpy",
    "torch",
    "transformers",
    "sentence-transformers",
    "bitsandbytes",
    "llama-cpp-python",
    "openai",
)


@dataclass(frozen=True)
class Gpu:
    """A graphics processor as its driver describes it."""

    name: str
    memory_gb: float | None
    """In GiB; None where the device shares the main memory."""
    driver: str


@dataclass(frozen=True)
class Machine:
    """Hardware and software; what cannot be found out is None. It holds no host or user name.

    Attributes:
        cpu: model name.
        cores: physical cores of the machine.
        threads: hardware threads of the machine.
        usable_threads: those that this process may run on.
        memory_gb: main memory in GiB.
        gpus: every device that the NVIDIA driver lists, whatever `CUDA_VISIBLE_DEVICES` says.
        packages: installed version by distribution; those not installed are left out.
    """

    cpu: str | None
    cores: int | None
    threads: int | None
    usable_threads: int | None
    memory_gb: float
    gpus: tuple[Gpu, ...] | None
    os: str
    python: str
    packages: dict[str, str]


def describe_machine() -> Machine:
    """The machine this runs on."""
    return Machine(
        cpu=_cpu_name(),
        cores=psutil.cpu_count(logical=False),
        threads=psutil.cpu_count(),
        usable_threads=_usable_threads(),
        memory_gb=round(psutil.virtual_memory().total / GIB, 1),
        gpus=nvidia_gpus(),
        os=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        packages=installed(PACKAGES),
    )


def installed(names: Sequence[str]) -> dict[str, str]:
    """Versions of those distributions among `names` that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def nvidia_gpus() -> tuple[Gpu, ...] | None:
    """NVIDIA devices in the driver's order, none without a driver; None without `nvidia-ml-py`."""
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        with _started(nvml):
            driver = str(nvml.nvmlSystemGetDriverVersion())
            return tuple(
                Gpu(str(nvml.nvmlDeviceGetName(device)), _memory_gb(nvml, device), driver)
                for device in _devices(nvml)
            )
    except (nvml.NVMLError_LibraryNotFound, nvml.NVMLError_DriverNotLoaded):
        return ()


@contextmanager
def _started(nvml: Any) -> Iterator[None]:
    nvml.nvmlInit()
    try:
        yield
    finally:
        nvml.nvmlShutdown()


def _devices(nvml: Any) -> list[Any]:
    return [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]


def _memory_gb(nvml: Any, device: Any) -> float | None:
    try:
        return round(float(nvml.nvmlDeviceGetMemoryInfo(device).total) / GIB, 1)
    except nvml.NVMLError_NotSupported:
        return None


def _cpu_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """The model name; kernels for ARM give none, other systems are asked through Python."""
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return " ".join(value.split()) or None
    return platform.processor() or None


def _usable_threads() -> int | None:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
