"""Images per second of training and inference: warmed up, synchronised, in blocks, with an interval."""

from __future__ import annotations

import statistics
import time

from bench import environment
from bench.measurements.device import Device
from bench.measurements.steps import Mode, Step, Workload, seconds_of
from bench.measurements.subject import Subject
from bench.records import ThroughputFacts
from bench.spec import Throughput

BLOCKS = 20
"""Timed blocks a measurement aims at; fewer where one step takes longer than its share of the time."""
FEWEST_BLOCKS = 6
"""The interval of the median covers 95 % from six blocks on (order statistics)."""
LONGEST_WARM_UP = 30.0
"""Seconds."""


def measure(subject: Subject) -> dict[str, object]:
    """The `throughput` field of a trial's record."""
    assert subject.trial.throughput is not None
    return {"throughput": time_workload(subject.workload, subject.trial.throughput)}


def time_workload(workload: Workload, wanted: Throughput) -> tuple[ThroughputFacts, ...]:
    """Time every combination of mode and batch size that the suite asks for.

    Training steps change the model's weights; measure after everything that needs them.
    """
    return tuple(
        _measure(workload, mode, batch_size, wanted.seconds)
        for mode in wanted.modes
        for batch_size in wanted.batch_sizes
    )


def _measure(workload: Workload, mode: Mode, batch_size: int, seconds: float) -> ThroughputFacts:
    load = environment.load_average()
    step = workload.step(mode, batch_size)
    estimate = warm_up(step, workload.device, seconds)
    steps = max(1, round(seconds / BLOCKS / estimate))
    blocks = max(FEWEST_BLOCKS, min(BLOCKS, round(seconds / (steps * estimate))))
    times = [seconds_of(step, steps, workload.device) / steps for _ in range(blocks)]
    fastest, slowest = median_interval(times)
    median = statistics.median(times)
    quarter = max(1, blocks // 4)
    return ThroughputFacts(
        mode=mode,
        batch_size=batch_size,
        images_per_second=batch_size / median,
        low=batch_size / slowest,
        high=batch_size / fastest,
        milliseconds=median * 1000,
        blocks=blocks,
        steps_per_block=steps,
        drift=statistics.median(times[-quarter:]) / statistics.median(times[:quarter]) - 1,
        load_average=load,
    )


def median_interval(times: list[float]) -> tuple[float, float]:
    """95 % interval of the median from order statistics, without assuming a distribution.

    The interval from the k-th smallest to the k-th largest value covers the median with probability
    1 - 2 P(Binomial(n, 1/2) < k); k is the largest for which this is at least 95 %.
    Source: Hahn & Meeker, Statistical Intervals, section 5.2.
    """
    from scipy.stats import binom  # noqa: PLC0415 - takes a second to import

    ordered = sorted(times)
    k = max(int(binom.ppf(0.025, len(ordered), 0.5)), 1)
    return ordered[k - 1], ordered[-k]


def warm_up(step: Step, device: Device, target: float) -> float:
    """Run until two consecutive timings agree within 10 %; returns seconds per step.

    Args:
        step: What to time.
        device: Where it runs.
        target: Seconds that the measurement will take; a fifth of it is the least warm-up.
    """
    started, previous, count = time.perf_counter(), 0.0, 1
    while True:
        seconds = seconds_of(step, count, device) / count
        elapsed = time.perf_counter() - started
        steady = abs(seconds - previous) <= 0.1 * previous
        if (steady and elapsed > target / 5) or elapsed > LONGEST_WARM_UP:
            return seconds
        previous, count = seconds, max(1, min(count * 2, round(target / 10 / seconds)))
