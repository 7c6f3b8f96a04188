"""How busy other processes kept the machine during a measurement, which makes it doubtful."""

from __future__ import annotations

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")


class OtherLoad:
    """From its making on: processor time of everyone, less that of this process and of its ended children."""

    def __init__(self) -> None:
        self._started, self._busy, self._own = time.perf_counter(), _busy(), _own()

    def cores(self) -> float | None:
        """Cores that others kept busy on average; None where the system does not tell."""
        busy = _busy()
        if busy is None or self._busy is None:
            return None
        seconds = time.perf_counter() - self._started
        return max(0.0, (busy - self._busy - (_own() - self._own)) / seconds)


def _busy() -> float | None:
    """Seconds that all cores together have been busy since the machine started."""
    if not STAT.exists():
        return None
    # cpu  user nice system idle iowait irq softirq steal ...: what another virtual machine stole counts, too.
    fields = [int(field) for field in STAT.read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
