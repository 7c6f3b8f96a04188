"""Readings of a GPU: what NVML answers, and what it means."""

import os
from types import SimpleNamespace

import pytest
import torch

from bench.measurements.sensors import gpu
from bench.measurements.sensors.gpu import Gpu


class NVMLError(Exception):
    """What NVML raises."""


@pytest.fixture
def nvml(monkeypatch):
    """A stand-in for NVML, whose answers a test can change; a callable that raises means: not supported."""
    library = SimpleNamespace(
        NVMLError=NVMLError,
        NVML_CLOCK_SM=1,
        NVML_TEMPERATURE_GPU=0,
        nvmlDeviceGetCurrentClocksThrottleReasons=lambda handle: 0x04 | 0x40 | 0x01,
        nvmlDeviceGetClockInfo=lambda handle, kind: 1410,
        nvmlDeviceGetTemperature=lambda handle, kind: 61,
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [SimpleNamespace(pid=os.getpid())],
        nvmlDeviceGetTotalEnergyConsumption=lambda handle: 2500,
    )
    monkeypatch.setattr(gpu, "pynvml", library)
    return library


def refuse(*_):
    raise NVMLError


def test_a_reading(nvml):
    """MHz, degrees, slow-downs by name without idling, no process but ours; millijoules become joules."""
    found = Gpu("handle").read()
    assert found.megahertz == 1410
    assert found.celsius == 61
    assert found.slowdowns == ("power cap", "thermal slowdown, hardware")
    assert found.other_processes == 0
    assert Gpu("handle").joules() == 2.5


def test_what_a_device_does_not_support_is_none(nvml):
    """Every question by itself."""
    nvml.nvmlDeviceGetTotalEnergyConsumption = refuse
    nvml.nvmlDeviceGetCurrentClocksThrottleReasons = refuse
    nvml.nvmlDeviceGetComputeRunningProcesses = refuse
    found = Gpu("handle").read()
    assert (found.slowdowns, found.other_processes, found.megahertz) == (None, None, 1410)
    assert Gpu("handle").joules() is None


@pytest.mark.parametrize(("pids", "count"), [([], 0), ([0], 0), ([0, 7, 8], 2), ([7], 0), ([7, 8], 1)])
def test_other_processes(pids, count):
    """0 stands for ours; where it is missing, NVML counts with the host's numbers and one of them is ours."""
    processes = [SimpleNamespace(pid=pid or os.getpid()) for pid in pids]
    assert gpu.others(processes) == count


def test_another_device_or_no_nvml_has_no_readings(monkeypatch):
    """No error."""
    assert Gpu.find(torch.device("cpu")) is None
    monkeypatch.setattr(gpu, "pynvml", None)
    assert Gpu.find(torch.device("cuda")) is None


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_real_device_is_found_by_its_uuid():
    """With NVML installed, its clock and temperature can be read."""
    pytest.importorskip("pynvml")
    found = Gpu.find(torch.device("cuda", 0))
    assert found is not None
    assert found.read().megahertz > 0
