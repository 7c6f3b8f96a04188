"""What the device can do at best, measured in the same run as the networks."""

from __future__ import annotations

from typing import Literal

from bench.records.numbers import Amount, Positive, Rate, Share
from bench.spec import Model


class MatrixPeak(Model):
    """FLOP/s of products of square matrices, 2 n^3 FLOPs each."""

    precision: Literal["float32", "tf32", "bfloat16"]
    """Arithmetic of the products: that of the trial."""
    flops_per_second: Rate
    """Of the fastest size: the best of several rounds, each the median of its blocks."""
    low: float
    """Slowest block of that round."""
    high: float
    """Fastest block of it."""
    size: Positive
    """n of the fastest size."""
    sweep: dict[int, float]
    """Median FLOP/s by n."""


class BandwidthPeak(Model):
    """Bytes/s between memory and processor, on arrays that are far larger than the caches."""

    bytes_per_second: Rate
    """Of the faster kernel: the best of several rounds, each the median of its blocks. A read counts, and so
    does a write."""
    low: float
    """Slowest block of that round."""
    high: float
    """Fastest block of it."""
    kernel: Literal["copy", "triad"]
    """Of STREAM (McCalpin 1995): a = b moves 8 bytes an element, a = b + s c moves 12, in float32."""
    array_bytes: Positive
    """Of one array."""


class PeakFacts(Model):
    """Measured once per worker process, device, precision and number of threads, for all trials of a run."""

    matrix: MatrixPeak
    bandwidth: BandwidthPeak
    threads: Positive
    """CPU threads."""
    load_average: Amount | None = None
    """One-minute load average before the measurement."""
    share_of_others: Share | None = None
    """Share of the cores that other processes kept busy meanwhile; None in earlier records."""
    measured_at: str
    """ISO 8601, UTC."""
