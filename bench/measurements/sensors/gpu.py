"""A CUDA device's clock, temperature, slow-downs, other processes and energy, where NVML is installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

try:
    import pynvml  # of the package nvidia-ml-py
except ImportError:
    pynvml = None

SLOWDOWNS = {
    0x04: "power cap",
    0x08: "hardware slowdown",
    0x20: "thermal slowdown, software",
    0x40: "thermal slowdown, hardware",
    0x80: "power brake",
}
"""Bits of NVML's clock event reasons; idling and clocks that a person set are none."""


@dataclass(frozen=True)
class GpuState:
    """One reading; None for what the device does not tell."""

    megahertz: float | None = None
    celsius: float | None = None
    slowdowns: tuple[str, ...] | None = None
    other_processes: int | None = None


@dataclass(frozen=True)
class Gpu:
    """A CUDA device, as NVML knows it."""

    handle: Any

    @classmethod
    def find(cls, device: torch.device) -> Gpu | None:
        """None for another device, and where NVML is not there."""
        if device.type != "cuda" or pynvml is None:
            return None
        try:
            pynvml.nvmlInit()
            # By UUID: NVML does not follow CUDA_VISIBLE_DEVICES, and may count the devices in another order.
            uuid = f"GPU-{torch.cuda.get_device_properties(device).uuid}"
            return cls(pynvml.nvmlDeviceGetHandleByUUID(uuid))
        except (pynvml.NVMLError, AttributeError):
            return None

    def read(self) -> GpuState:
        """Clock in MHz, temperature in degrees Celsius, reasons of a lowered clock, other processes."""
        reasons = _ask(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons, self.handle)
        return GpuState(
            megahertz=_ask(pynvml.nvmlDeviceGetClockInfo, self.handle, pynvml.NVML_CLOCK_SM),
            celsius=_ask(pynvml.nvmlDeviceGetTemperature, self.handle, pynvml.NVML_TEMPERATURE_GPU),
            slowdowns=None if reasons is None else slowdowns(reasons),
            other_processes=others(_ask(pynvml.nvmlDeviceGetComputeRunningProcesses, self.handle)),
        )

    def joules(self) -> float | None:
        """Energy of the board since the driver was loaded."""
        millijoules = _ask(pynvml.nvmlDeviceGetTotalEnergyConsumption, self.handle)
        return None if millijoules is None else millijoules / 1000


def slowdowns(reasons: int) -> tuple[str, ...]:
    """The names of the bits that stand for a lowered clock."""
    return tuple(name for bit, name in SLOWDOWNS.items() if reasons & bit)


def others(processes: list[Any] | None) -> int | None:
    """How many of a device's processes are not this one.

    In a container NVML lists process numbers of the host, so that none of them is ours though one must be.
    """
    if processes is None:
        return None
    foreign = [process for process in processes if process.pid != os.getpid()]
    return len(foreign) if len(foreign) < len(processes) else max(len(foreign) - 1, 0)


def _ask(question: Callable[..., Any], *arguments: Any) -> Any:
    """NVML's answer, or None where the device or its driver has none."""
    try:
        return question(*arguments)
    except pynvml.NVMLError:
        return None
