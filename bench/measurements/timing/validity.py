"""Watch the machine while something is timed, and certify the timing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from typing_extensions import Self

from bench import environment
from bench.measurements.device import Device
from bench.measurements.parallel import Replicas
from bench.measurements.sensors import processor
from bench.measurements.sensors.gpu import Gpu, GpuState
from bench.measurements.sensors.processor import Counters
from bench.measurements.timing.doubts import doubts
from bench.records import Certificate

SHORTEST = 0.25
"""Seconds; the ticks of /proc/stat, 10 ms each, are too coarse to split a shorter time among processes."""


class Watch:
    """Adds up what the machine does inside `with watch:`, which may be entered again and again."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.gpu = Gpu.find(device.handle)
        self.seconds = 0.0
        self._load = environment.load_average()
        self._cores = len(processor.usable())
        self._stretches: list[tuple[Counters, Counters]] = []
        self._ours = 0.0
        self._megahertz: list[float | None] = []
        self._gpu: list[GpuState] = []

    def __enter__(self) -> Self:
        """Begin a stretch, right after a warm-up, so that clocks are those of work and not of idling."""
        self._look()
        self._before = processor.counters()
        self._started = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._started
        self._stretches.append((self._before, processor.counters()))
        self._look()

    def certificate(
        self,
        samples: Sequence[float],
        *,
        drift: float | None,
        reach: float | None = None,
        clock: str | None = None,
    ) -> Certificate | None:
        """Certify a timing.

        Args:
            samples: What was timed, each block, call, step or epoch, in seconds.
            drift: The last of them over the first, minus one.
            reach: How far the interval goes from the median, relative to it.
            clock: What was read, if not `time.perf_counter`.

        Returns:
            None where nothing was watched.
        """
        if not self._stretches:
            return None
        found = {
            "synchronised": self.device.synchronisation,
            "clock": clock or "time.perf_counter",
            "samples": len(samples),
            "seconds": self.seconds,
            "spread": spread(samples),
            "drift": drift,
            "cores": self._cores,
            "load_average": self._load,
            "exclusive": self.device.exclusive,
            **self._of_processor(),
            **self._of_gpu(),
        }
        readings = READINGS | (READINGS_OF_GPU if self.device.handle.type == "cuda" else {})
        found["unreadable"] = tuple(words for name, words in readings.items() if found[name] is None)
        certificate = Certificate.model_validate(found)
        return certificate.model_copy(update={"doubts": doubts(certificate, reach)})

    def state(self) -> dict[str, float | None]:
        """Seconds watched and how much each counter grew, for a checkpoint."""
        grown = {one.name: self._difference(attrgetter(one.name)) for one in fields(Counters)}
        return {"seconds": self.seconds, **grown}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`, in another process; clocks and states of a GPU are those since."""
        grown = {one.name: state[one.name] for one in fields(Counters)}
        if state["seconds"]:
            nothing: dict[str, Any] = {name: None if value is None else 0 for name, value in grown.items()}
            self.seconds += state["seconds"]
            self._stretches.append((Counters(**nothing), Counters(**grown)))

    def companions(self, replicas: Replicas) -> None:
        """Count the work of those who train with this process on its machine as its own, not as others'."""
        if replicas.several:
            own = self._difference(lambda total: total.own) or 0.0
            said = replicas.all_say([float(replicas.node), own])
            self._ours = sum(seconds for node, seconds in said if node == replicas.node) - own

    def share_of_others(self) -> float:
        """Share of the usable cores that other processes kept busy so far; 0 where that is not known.

        A measurement that is made again may meet as much more of it, or none. How much that moves a timing
        depends on caches, sibling threads and the scheduler; as a share of the machine it is an allowance
        for what no scatter within one measurement can show.
        """
        others = self._of_processor()["other_cores"] if self._stretches else None
        return others / self._cores if isinstance(others, float) else 0.0

    def _of_processor(self) -> dict[str, object]:
        own = (self._difference(lambda total: total.own) or 0.0) + self._ours
        busy = self._difference(lambda total: total.busy)
        stolen = self._difference(lambda total: total.stolen)
        preemptions = self._difference(lambda total: total.preemptions)
        throttles = self._difference(lambda total: total.throttles)
        tellable = self.seconds >= SHORTEST
        return {
            "own_cores": own / self.seconds,
            "other_cores": max(busy - own, 0.0) / self.seconds if busy is not None and tellable else None,
            "stolen_cores": stolen / self.seconds if stolen is not None and tellable else None,
            "preemptions_per_second": None if preemptions is None else preemptions / self.seconds,
            "quota_seconds": self._difference(lambda total: total.quota),
            "cpu_throttle_events": None if throttles is None else int(throttles),
            "cpu_megahertz": ends(self._megahertz),
            "cpu_celsius": processor.celsius(),
        }

    def _of_gpu(self) -> dict[str, object]:
        seen = [state.slowdowns for state in self._gpu if state.slowdowns is not None]
        processes = [state.other_processes for state in self._gpu if state.other_processes is not None]
        return {
            "gpu_megahertz": ends([state.megahertz for state in self._gpu]),
            "gpu_celsius": self._gpu[-1].celsius if self._gpu else None,
            "gpu_slowdowns": tuple(dict.fromkeys(name for names in seen for name in names)) if seen else None,
            "gpu_other_processes": max(processes, default=None),
        }

    def _difference(self, of: Callable[[Counters], float | None]) -> float | None:
        """How much a counter grew in all stretches together."""
        grown = [(of(before), of(after)) for before, after in self._stretches]
        if any(before is None or after is None for before, after in grown):
            return None
        return sum(after - before for before, after in grown if before is not None and after is not None)

    def _look(self) -> None:
        self._megahertz.append(processor.megahertz())
        if self.gpu is not None:
            self._gpu.append(self.gpu.read())


READINGS = {
    "other_cores": "work of other processes",
    "stolen_cores": "time taken by a hypervisor",
    "preemptions_per_second": "preemptions",
    "quota_seconds": "CPU quota",
    "load_average": "load average",
    "cpu_megahertz": "CPU clock",
    "cpu_celsius": "CPU temperature",
    "cpu_throttle_events": "CPU throttling",
}
"""Fields of a certificate that not every machine can fill, and what they are."""

READINGS_OF_GPU = {
    "gpu_megahertz": "GPU clock",
    "gpu_celsius": "GPU temperature",
    "gpu_slowdowns": "GPU throttling",
    "gpu_other_processes": "other processes on the GPU",
}


def spread(samples: Sequence[float]) -> float:
    """Interquartile range over median; 0 for a single sample."""
    if len(samples) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive")
    return (high - low) / middle


def drift(samples: Sequence[float]) -> float:
    """Median of the last quarter of the samples over that of the first, minus one."""
    quarter = max(1, len(samples) // 4)
    return statistics.median(samples[-quarter:]) / statistics.median(samples[:quarter]) - 1


def ends(readings: Sequence[float | None]) -> tuple[float, float] | None:
    """The first and the last of what was read."""
    known = [reading for reading in readings if reading is not None]
    return (float(known[0]), float(known[-1])) if known else None
