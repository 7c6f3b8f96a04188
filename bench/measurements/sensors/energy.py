"""Energy counters: the GPU board's through NVML, the processor package's through RAPL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from bench.measurements.sensors.gpu import Gpu
from bench.measurements.sensors.processor import ROOT

RAPL = "sys/class/powercap"


@dataclass(frozen=True)
class Meter:
    """A counter of energy."""

    source: str
    """What it counts."""
    joules: Callable[[], float | None]
    """The total so far; only differences mean anything."""

    @classmethod
    def of(cls, device: torch.device, gpu: Gpu | None, root: Path = ROOT) -> Meter | None:
        """The counter of a device, or None where it reports no energy to this user."""
        if gpu is not None and gpu.joules() is not None:
            return cls("GPU board, by NVML", gpu.joules)
        packages = [Package(path) for path in sorted((root / RAPL).glob("intel-rapl:[0-9]*"))
                    if path.name.count(":") == 1 and _is_package(path)]  # fmt: skip
        if device.type != "cpu" or not packages or any(one.joules() is None for one in packages):
            return None
        return cls("CPU packages, by RAPL", lambda: sum(one.joules() or 0.0 for one in packages))


def _is_package(folder: Path) -> bool:
    """Not "psys", beside the packages on laptops: the whole platform, which holds them once more."""
    try:
        return (folder / "name").read_text(encoding="ascii").startswith("package")
    except OSError:
        return False


class Package:
    """The RAPL counter of one processor package; it starts again from zero when it is full."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = self._wraps = 0

    def joules(self) -> float | None:
        """Energy so far; it must be asked more often than the counter fills up, which takes minutes."""
        now, full = self._read("energy_uj"), self._read("max_energy_range_uj")
        if now is None or full is None:  # most systems let only root read it
            return None
        self._wraps += now < self._last
        self._last = now
        return (self._wraps * full + now) / 1e6

    def _read(self, name: str) -> int | None:
        try:
            return int((self._folder / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
