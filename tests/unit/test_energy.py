"""Energy of a window: from the driver's counters, from power, from the processor; else unknown."""

import time
from types import SimpleNamespace

import pytest

from wattrag.hardware.energy import EnergyMeter
from wattrag.hardware.energy_sources import SourceLostError, cpu_source, gpu_source
from wattrag.hardware.lease import VISIBLE
from wattrag.hardware.watch import Watch


class NvmlError(Exception):
    """As the driver's library raises."""


class Driver:
    """NVML's functions over two devices, with what a test says they show."""

    NVMLError = NvmlError

    def __init__(self, millijoules=None, milliwatts=None):
        self.millijoules, self.milliwatts = millijoules, milliwatts

    def nvmlDeviceGetHandleByUUID(self, uuid):  # noqa: N802
        return uuid

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):  # noqa: N802
        return self._shown(self.millijoules, handle)

    def nvmlDeviceGetPowerUsage(self, handle):  # noqa: N802
        return self._shown(self.milliwatts, handle)

    def _shown(self, values, handle):
        if values is None:
            raise NvmlError("Not Supported")
        return values[handle]


def zones(folder, microjoules, limit=1000):
    for number, value in enumerate(microjoules):
        zone = folder / f"intel-rapl:{number}"
        zone.mkdir(exist_ok=True)
        (zone / "name").write_text(f"package-{number}\n")
        (zone / "energy_uj").write_text(f"{value}\n")
        (zone / "max_energy_range_uj").write_text(f"{limit}\n")
    part = folder / "intel-rapl:0:0"
    part.mkdir(exist_ok=True)
    (part / "name").write_text("core\n")
    (part / "energy_uj").write_text("77\n")
    return folder


def test_the_counters_of_all_devices_are_summed():
    driver = Driver({"a": 1000, "b": 5_000_000})
    with EnergyMeter(gpu_source(["a", "b"], driver), seconds=60) as meter:
        driver.millijoules = {"a": 1000 + 3_600_000, "b": 5_000_000 + 7_200_000}
        assert meter.wh() == pytest.approx(3.0)
    energy = meter.energy()
    assert (energy.method, energy.devices) == ("nvml", 2)
    assert energy.average_watts == energy.peak_watts > 0


def test_devices_without_a_counter_are_measured_by_their_power():
    source = gpu_source(["a", "b"], Driver(milliwatts={"a": 100_000, "b": 50_000}))
    assert source.method == "power_sampling"
    with EnergyMeter(source, seconds=0.05) as meter:
        time.sleep(0.3)
    energy = meter.energy()
    assert energy.average_watts == pytest.approx(150, rel=0.02)
    assert energy.peak_watts == pytest.approx(150, rel=0.02)
    assert 150 * 0.28 / 3600 < energy.wh < 150 * 0.6 / 3600


def test_one_device_that_cannot_be_read_makes_the_whole_unknown():
    assert gpu_source(["a"], Driver()) is None
    assert gpu_source([], Driver({"a": 1})) is None


def test_no_source_is_unknown_and_not_zero():
    with EnergyMeter(None) as meter:
        assert meter.wh() is None
    energy = meter.energy()
    assert (energy.wh, energy.method, energy.average_watts) == (None, None, None)


def test_a_source_that_is_lost_makes_the_window_unknown():
    driver = Driver({"a": 1000})
    with EnergyMeter(gpu_source(["a"], driver), seconds=60) as meter:
        assert meter.wh() == 0
        driver.millijoules = None
        assert meter.wh() is None
    assert meter.energy().wh is None


def test_the_processors_counters_are_read_and_wrap_around(tmp_path):
    source = cpu_source(zones(tmp_path, [900, 10]))
    assert (source.method, source.devices) == ("rapl", 2)
    zones(tmp_path, [100, 30])
    assert source.joules() == pytest.approx((200 + 20) / 1e6)
    (tmp_path / "intel-rapl:1/energy_uj").write_text("")
    with pytest.raises(SourceLostError):
        source.joules()


def test_no_counters_or_unreadable_ones_are_no_source(tmp_path):
    assert cpu_source(tmp_path / "none") is None
    (zones(tmp_path, [5]) / "intel-rapl:0/energy_uj").unlink()
    assert cpu_source(tmp_path) is None


def test_a_later_window_leaves_out_what_was_before():
    clock, read = iter([0.0, 10.0, 20.0, 20.0, 20.0]), iter([0.0, 1000.0, 5000.0, 5000.0, 5000.0])
    source = SimpleNamespace(method="rapl", devices=1, joules=lambda: next(read))
    meter = EnergyMeter(source, seconds=60, clock=lambda: next(clock))
    meter.start()
    meter.energy()
    meter.stop()
    assert meter.energy(since=5.0).wh == pytest.approx(4500 / 3600)
    assert meter.energy(since=10.0).average_watts == pytest.approx(400)
    assert meter.energy(since=-1.0).wh == pytest.approx(5000 / 3600)


def test_gpu_time_counts_from_the_lease_and_per_device(monkeypatch):
    monkeypatch.setenv(VISIBLE, "a,b")
    held, told = [], []
    driver = Driver({"a": 0, "b": 0})
    watch = Watch(
        lambda *values: told.append(values),
        gpus=True,
        source_of=lambda devices: gpu_source(devices, driver),
        held=lambda: held,
    )
    watch.start()
    time.sleep(0.7)
    assert (watch.gpu_seconds, watch.wh()) == (0.0, 0.0)
    held += ["a", "b"]
    time.sleep(1.2)
    driver.millijoules = {"a": 3_600_000, "b": 0}
    watch.stop()
    ((wh, gpu_seconds),) = told
    assert wh == pytest.approx(1.0)
    assert 2.0 < gpu_seconds < 4.5
