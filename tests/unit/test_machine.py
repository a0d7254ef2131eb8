import importlib
import json
import platform
import types

import psutil
import pytest

from wattrag.hardware import machine


class Nvml(types.SimpleNamespace):
    """A driver with two devices, one of which shares the main memory."""

    class NVMLError_LibraryNotFound(Exception):  # noqa: N801, N818
        pass

    class NVMLError_DriverNotLoaded(Exception):  # noqa: N801, N818
        pass

    class NVMLError_NotSupported(Exception):  # noqa: N801, N818
        pass

    stopped = False

    def nvmlInit(self):  # noqa: N802
        pass

    def nvmlShutdown(self):  # noqa: N802
        self.stopped = True

    def nvmlSystemGetDriverVersion(self):  # noqa: N802
        return "600.1"

    def nvmlDeviceGetCount(self):  # noqa: N802
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802
        return index

    def nvmlDeviceGetName(self, device):  # noqa: N802
        return f"Device {device}"

    def nvmlDeviceGetMemoryInfo(self, device):  # noqa: N802
        if device == 1:
            raise self.NVMLError_NotSupported
        return types.SimpleNamespace(total=24 * machine.GIB)


def use(monkeypatch, nvml):
    """Let `import pynvml` give `nvml`; None: it is not installed."""

    def import_module(name):
        if nvml is None:
            raise ImportError(name)
        return nvml

    monkeypatch.setattr(importlib, "import_module", import_module)


def test_the_machine_is_described_without_naming_its_host(wattrag):
    ended = wattrag("env", "--json")
    found = json.loads(ended.out)
    assert found["threads"] == psutil.cpu_count()
    assert found["python"] == platform.python_version()
    assert found["packages"]["numpy"]
    assert platform.node() not in map(str, found.values())


def test_the_host_is_named_on_demand(wattrag):
    assert json.loads(wattrag("env", "--json", "--hostname").out)["hostname"] == platform.node()
    assert "hostname" in wattrag("env", "--hostname").out


def test_gpus_are_those_of_the_driver(monkeypatch):
    nvml = Nvml()
    use(monkeypatch, nvml)
    assert machine.nvidia_gpus() == (
        machine.Gpu("Device 0", 24.0, "600.1"),
        machine.Gpu("Device 1", None, "600.1"),
    )
    assert nvml.stopped


@pytest.mark.parametrize("error", [Nvml.NVMLError_LibraryNotFound, Nvml.NVMLError_DriverNotLoaded])
def test_without_a_driver_there_are_no_gpus(monkeypatch, error):
    nvml = Nvml()

    def fail():
        raise error

    nvml.nvmlInit = fail
    use(monkeypatch, nvml)
    assert machine.nvidia_gpus() == ()


def test_gpus_are_unknown_without_the_library(monkeypatch, wattrag):
    use(monkeypatch, None)
    assert machine.nvidia_gpus() is None
    assert "unknown; install nvidia-ml-py" in wattrag("env").out


def test_packages_that_are_not_installed_are_left_out():
    assert machine.installed(["no-such-package"]) == {}
    assert machine.installed(["pydantic", "no-such-package"]).keys() == {"pydantic"}
