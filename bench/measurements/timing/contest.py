"""Steps timed against each other, in alternation, so that other load on the machine hits all of them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bench.measurements.device import Device
from bench.measurements.timing.steps import Step, seconds_of

ROUNDS = 5
MOST_STEPS = 3
SECONDS_A_BLOCK = 0.3
"""Of slow networks one step is timed at once, so that the contest stays short."""

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Outcome(Generic[Name]):
    """Who won, and by how much."""

    medians: dict[Name, float]
    """Seconds per step."""
    spread: dict[Name, float]
    """Slowest minus fastest block, relative to the median."""

    @property
    def fastest(self) -> Name:
        """The name of the step with the lowest median."""
        return min(self.medians, key=lambda name: self.medians[name])


def compete(steps: Mapping[Name, Step], device: Device) -> Outcome[Name]:
    """Time each step in turn; they must have run before, so that nothing is compiled or allocated."""
    single = {name: seconds_of(step, 1, device) for name, step in steps.items()}
    count = max(1, min(MOST_STEPS, round(SECONDS_A_BLOCK / max(*single.values(), 1e-9))))
    times: dict[Name, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            times[name].append(seconds_of(step, count, device) / count)
    medians = {name: statistics.median(values) for name, values in times.items()}
    spread = {name: (max(values) - min(values)) / medians[name] for name, values in times.items()}
    return Outcome(medians, spread)
