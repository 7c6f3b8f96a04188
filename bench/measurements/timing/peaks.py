"""What the device can do at best: FLOP/s of matrix products and bytes/s of memory, in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Literal

import torch

from bench import environment
from bench.measurements.device import Device
from bench.measurements.memory import allocator, resident_set
from bench.measurements.subject import Subject
from bench.measurements.timing.steps import seconds_of
from bench.measurements.timing.validity import Watch
from bench.plan import Trial
from bench.records import BandwidthPeak, MatrixPeak, PeakFacts

SMALLEST, LARGEST = 512, 16384
"""Sides of the square matrices; each is twice the one before."""
LONGEST_PRODUCT = 0.1
"""Seconds; products that take longer are not tried, and larger ones are seldom faster."""
ROUNDS, BLOCKS = 3, 6
"""The best of three medians counts, since a peak is what the device can do when nothing disturbs it."""
ROUND_SECONDS = 0.5
"""No further round begins after so long: the device is slow, and a run should not wait for it."""
BLOCK_SECONDS = 0.02
"""Least duration of a block, so that neither the clock nor one interruption decides."""

CACHES = 4
"""The arrays of a kernel are together so many times as large as the largest cache."""
FEWEST_BYTES = {"cpu": 64 << 20, "cuda": 512 << 20}
"""Of one array."""
SHARE = 1 / 16
"""Of the free memory that one array may take, whatever the caches are."""


def wanted(trial: Trial) -> bool:
    """Whether something is to be relative to the peaks."""
    return trial.throughput is not None and trial.throughput.peaks


def measure(subject: Subject) -> dict[str, object]:
    """The `peaks` field of a trial's record."""
    return {"peaks": device_peaks(subject.device, torch.get_num_threads())}


@lru_cache
def device_peaks(device: Device, threads: int) -> PeakFacts:
    """Measure once per process and combination; all networks of a run are compared with the same peak.

    Args:
        device: The device and its precision.
        threads: CPU threads that are set.
    """
    load = environment.load_average()
    with Watch(device) as watch:
        matrix, bandwidth = _matrix_peak(device), _bandwidth_peak(device)
    allocator.release_freed_memory()  # the worker would keep the arrays, which are large
    return PeakFacts(
        matrix=matrix,
        bandwidth=bandwidth,
        threads=threads,
        load_average=load,
        share_of_others=min(watch.share_of_others(), 1.0),  # ticks are coarse
        measured_at=environment.now(),
    )


def _matrix_peak(device: Device) -> MatrixPeak:
    """Sweep sizes; the fastest wins. What float32 means on CUDA, `Device.prepare` has set for the trial."""
    dtype = torch.bfloat16 if device.precision == "bfloat16" else torch.float32
    rates: dict[int, list[float]] = {}
    size = SMALLEST
    while size <= LARGEST:
        left, right, product = (torch.rand(size, size, device=device.handle).to(dtype) for _ in range(3))
        times = _times(partial(torch.mm, left, right, out=product), device)
        rates[size] = [2 * size**3 / seconds for seconds in times]
        if min(times) * 8 > LONGEST_PRODUCT:
            break
        size *= 2
    sweep = {size: statistics.median(values) for size, values in rates.items()}
    best = max(sweep, key=sweep.__getitem__)
    return MatrixPeak(
        precision=device.precision,
        flops_per_second=sweep[best],
        low=min(rates[best]),
        high=max(rates[best]),
        size=best,
        sweep=sweep,
    )


def _bandwidth_peak(device: Device) -> BandwidthPeak:
    """STREAM's copy and triad; the faster wins."""
    count = _array_bytes(device) // 4
    a, b, c = (torch.ones(count, device=device.handle) for _ in range(3))
    kernels: dict[Literal["copy", "triad"], tuple[int, Callable[[], object]]] = {
        "copy": (8, lambda: a.copy_(b)),
        "triad": (12, lambda: torch.add(b, c, alpha=3.0, out=a)),
    }
    rates = {
        name: [moved * count / seconds for seconds in _times(kernel, device)]
        for name, (moved, kernel) in kernels.items()
    }
    best = max(rates, key=lambda name: statistics.median(rates[name]))
    return BandwidthPeak(
        bytes_per_second=statistics.median(rates[best]),
        low=min(rates[best]),
        high=max(rates[best]),
        kernel=best,
        array_bytes=4 * count,
    )


def _times(work: Callable[[], object], device: Device) -> list[float]:
    """Seconds per call, of each block of the best round; the first call warms up."""

    def step() -> None:
        work()

    seconds_of(step, 1, device)
    started, rounds = time.perf_counter(), list[list[float]]()
    calls = max(1, round(BLOCK_SECONDS / seconds_of(step, 1, device)))
    # One round at least, however long the warm-up took on a machine that does other work.
    while not rounds or (len(rounds) < ROUNDS and time.perf_counter() - started < ROUND_SECONDS):
        rounds.append([seconds_of(step, calls, device) / calls for _ in range(BLOCKS)])
    return min(rounds, key=statistics.median)


def _array_bytes(device: Device) -> int:
    """Far larger than the caches, far smaller than the memory."""
    if device.handle.type == "cuda":
        free, cache = torch.cuda.mem_get_info(device.handle)[0], 0
    else:
        free, cache = resident_set.available() or 8 << 30, resident_set.largest_cache()
    fewest = FEWEST_BYTES.get(device.handle.type, FEWEST_BYTES["cpu"])
    return int(min(max(fewest, CACHES * cache // 3), SHARE * free))
