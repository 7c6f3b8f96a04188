"""How long one image takes in inference, call by call: what somebody waits who sends images one at a time."""

from __future__ import annotations

import statistics
import time

from bench.measurements.subject import Subject
from bench.measurements.timing.steps import Step, Workload, seconds_of
from bench.measurements.timing.throughput import warm_up
from bench.measurements.timing.validity import Watch, drift
from bench.records import CALL_COLUMNS, LatencyFacts

MOST_CALLS = 1000
"""No more are timed, however fast they are."""

CALLS_FOR_P95, CALLS_FOR_P99 = 100, 500
"""Five calls lie beyond the percentile then; with fewer it is one or two accidents."""

FEWEST_CALLS = 10
"""However slow they are."""


def measure(subject: Subject) -> dict[str, object]:
    """Write latency_calls.csv; the `latency` field of a trial's record."""
    assert subject.trial.throughput is not None
    facts, times = time_calls(subject.workload, subject.trial.throughput.seconds)
    calls = ({"call": number, "seconds": f"{time:.6g}"} for number, time in enumerate(times, 1))
    subject.store.write_table("latency_calls", CALL_COLUMNS, calls)
    return {"latency": facts}


def time_calls(workload: Workload, seconds: float) -> tuple[LatencyFacts, list[float]]:
    """Time single calls at batch size 1, each between two synchronisations of its own.

    Args:
        workload: The network as it is deployed here: eager or compiled, in the chosen precision.
        seconds: Stop after that long, or after a thousand calls.

    Returns:
        What the record says, and the seconds of each call, in order.
    """
    step = workload.step("inference", 1)
    warm_up(step, workload.device, seconds)
    watch = Watch(workload.device)
    with watch:
        times = _calls(step, workload, seconds)
    certificate = watch.certificate(times, drift=drift(times))
    assert certificate is not None
    facts = LatencyFacts(
        calls=len(times),
        p50=1000 * statistics.median(times),
        p95=1000 * percentile(times, 95) if len(times) >= CALLS_FOR_P95 else None,
        p99=1000 * percentile(times, 99) if len(times) >= CALLS_FOR_P99 else None,
        certificate=certificate,
    )
    return facts, times


def percentile(times: list[float], share: int) -> float:
    """The smallest value that at least `share` percent of the values do not exceed (nearest rank)."""
    return sorted(times)[-(-share * len(times) // 100) - 1]


def _calls(step: Step, workload: Workload, seconds: float) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < FEWEST_CALLS or (len(times) < MOST_CALLS and time.perf_counter() < end):
        times.append(seconds_of(step, 1, workload.device))
    return times
