"""The processor's counters, clock and temperature, read from /proc and /sys; None where there are none."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

ROOT = Path("/")

MOST_CORES = 4
"""Clocks are read of so many cores; some kernels take 10 ms for each."""

THROTTLED = re.compile(r"^throttled_(usec|time) (\d+)$", re.MULTILINE)
"""The line of a control group's cpu.stat: in microseconds (version 2) or nanoseconds (version 1)."""

SENSORS_OF_PROCESSORS = frozenset({"coretemp", "k10temp", "zenpower", "cpu_thermal"})
"""Names of hwmon chips that are processors."""


@dataclass(frozen=True)
class Counters:
    """Totals since some moment in the past; only differences mean anything. Times are in seconds."""

    own: float
    """CPU time of this process, all threads."""
    busy: float | None
    """CPU time of all processes on the cores that this one may use."""
    stolen: float | None
    """Time that the hypervisor gave to other machines, on these cores."""
    preemptions: int | None
    """Involuntary context switches of this process."""
    quota: float | None
    """Time for which the control group's quota stopped threads."""
    throttles: int | None
    """How often the processor slowed down for heat."""


def counters(root: Path = ROOT) -> Counters:
    """Read everything that counts up."""
    busy, stolen = _times(root)
    return Counters(
        own=time.process_time(),
        busy=busy,
        stolen=stolen,
        preemptions=resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw if resource else None,
        quota=_quota(root),
        throttles=_throttles(root),
    )


def usable() -> frozenset[int]:
    """Numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


def megahertz(root: Path = ROOT) -> float | None:
    """Clock, mean over up to four of the usable cores.

    The nominal clock that virtual machines show in /proc/cpuinfo never changes, so it is not taken.
    """
    paths = (f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq" for core in sorted(usable()))
    found = [value for _, path in zip(range(MOST_CORES), paths, strict=False)
             if (value := _number(root / path)) is not None]  # fmt: skip
    return mean(found) / 1000 if found else None


def celsius(root: Path = ROOT) -> float | None:
    """The hottest sensor of the processor, else of any thermal zone."""
    chips = [path.parent for path in (root / "sys/class/hwmon").glob("*/name")
             if _text(path) in SENSORS_OF_PROCESSORS]  # fmt: skip
    sensors = [sensor for chip in chips for sensor in chip.glob("temp*_input")]
    sensors = sensors or list((root / "sys/class/thermal").glob("thermal_zone*/temp"))
    return max((value / 1000 for path in sensors if (value := _number(path)) is not None), default=None)


def _times(root: Path) -> tuple[float | None, float | None]:
    """Busy and stolen seconds of the usable cores; the columns are those of proc(5), in ticks."""
    cores, busy, stolen = usable(), 0, 0
    for line in (_text(root / "proc/stat") or "").splitlines():
        name, *values = line.split()
        if re.fullmatch(r"cpu\d+", name) and int(name[3:]) in cores:
            user, nice, system, _idle, _wait, irq, softirq, steal = map(int, values[:8])
            busy += user + nice + system + irq + softirq
            stolen += steal
    if not busy:
        return None, None
    ticks = os.sysconf("SC_CLK_TCK")
    return busy / ticks, stolen / ticks


def _quota(root: Path) -> float | None:
    """Seconds, by the quota of the process's own group and of all groups that this lies in."""
    for line in (_text(root / "proc/self/cgroup") or "").splitlines():
        _, controllers, group = line.split(":", 2)
        top = root / "sys/fs/cgroup" / controllers
        own = top / group.lstrip("/")
        # In a container the group's path may be the host's, and its files lie at the top.
        levels = [own, *own.parents][: len(own.parts) - len(top.parts) + 1]
        found = [match for level in levels if (match := THROTTLED.search(_text(level / "cpu.stat") or ""))]
        if found:
            return sum(int(match[2]) / (1e6 if match[1] == "usec" else 1e9) for match in found)
    return None


def _throttles(root: Path) -> int | None:
    folders = [root / f"sys/devices/system/cpu/cpu{core}/thermal_throttle" for core in sorted(usable())]
    known = [count for folder in folders if (count := _number(folder / "core_throttle_count")) is not None]
    # Every core of a package shows the package's count.
    package = max((_number(folder / "package_throttle_count") or 0 for folder in folders), default=0)
    return int(sum(known) + package) if known else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _number(path: Path) -> float | None:
    try:
        return float(_text(path) or "")
    except ValueError:
        return None
