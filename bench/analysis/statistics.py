"""Seeds as replicates: Student-t intervals, and differences paired by seed with their effect size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from bench.analysis.power import seeds_needed

CONFIDENCE = 0.95
"""Coverage of every interval in tables and figures."""


@dataclass(frozen=True)
class Interval:
    """A mean over seeds; `low` and `high` are NaN for fewer than two values."""

    n: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """First minus second, paired by seed."""

    n: int
    """Seeds that both have."""
    mean: float
    low: float
    high: float
    effect_size: float
    """Cohen's d_z, mean over standard deviation of the differences, times Hedges' correction for few seeds;
    NaN where undefined."""
    p_value: float
    """Two-sided, of the paired t-test; NaN for fewer than two pairs."""
    seeds_needed: int | None
    """Seeds with which the interval excludes zero with power 0.8, if mean and spread are as observed."""

    @property
    def verdict(self) -> str:
        """Which is higher: "first", "second", "indistinguishable", or "unknown" without an interval."""
        if math.isnan(self.low):
            return "unknown"
        if self.low > 0:
            return "first"
        return "second" if self.high < 0 else "indistinguishable"


def mean_interval(values: Iterable[float], *, scale: float = 0.0) -> Interval:
    """Mean and its two-sided 95 % Student-t interval, leaving out NaN.

    One value has no spread to judge by, so its interval is NaN, not zero; neither has an infinite one.

    Args:
        values: One a seed.
        scale: The largest number that went into them, where they are differences of larger ones.
    """
    kept = np.array([value for value in values if not math.isnan(value)], dtype=float)
    if kept.size == 0:
        return Interval(0, math.nan, math.nan, math.nan)
    mean = float(kept.mean())
    if kept.size == 1 or not np.isfinite(kept).all():
        return Interval(kept.size, mean, math.nan, math.nan)
    half = half_width(_spread(kept, scale), kept.size)
    return Interval(kept.size, mean, mean - half, mean + half)


def half_width(deviation: float, n: int) -> float:
    """Half the width of the interval of a mean of `n` values with this sample standard deviation."""
    return float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * deviation / math.sqrt(n)


def paired_difference(first: Mapping[int, float], second: Mapping[int, float]) -> Difference:
    """Compare two architectures on the seeds that both have.

    Args:
        first: Value by seed; NaN counts as absent.
        second: Value by seed of the other architecture.
    """
    common = [(first[seed], second[seed]) for seed in first if seed in second]
    common = [(one, other) for one, other in common if not math.isnan(one - other)]
    pairs = [one - other for one, other in common]
    scale = max((abs(value) for pair in common for value in pair), default=0.0)
    interval = mean_interval(pairs, scale=scale)
    if math.isnan(interval.low):
        return Difference(interval.n, interval.mean, math.nan, math.nan, math.nan, math.nan, None)
    deviation = _spread(np.array(pairs), scale)
    return Difference(
        interval.n,
        interval.mean,
        interval.low,
        interval.high,
        hedges_correction(interval.n - 1) * interval.mean / deviation if deviation else math.nan,
        _p_value(interval.mean, deviation, interval.n),
        seeds_needed(interval.mean, deviation),
    )


def welch_difference(first: Iterable[float], second: Iterable[float]) -> Interval:
    """Mean of the first minus mean of the second, of independent samples of unequal spread (Welch 1947).

    Args:
        first: Values; NaN counts as absent.
        second: Values of the other sample.

    Returns:
        `n` is the size of the smaller sample; below two there is no interval.
    """
    samples = [np.array([value for value in side if not math.isnan(value)]) for side in (first, second)]
    sizes = [sample.size for sample in samples]
    if min(sizes) == 0:
        return Interval(0, math.nan, math.nan, math.nan)
    mean = float(samples[0].mean() - samples[1].mean())
    if min(sizes) == 1:
        return Interval(1, mean, math.nan, math.nan)
    parts = [_spread(sample) ** 2 / sample.size for sample in samples]
    if not sum(parts):
        return Interval(min(sizes), mean, mean, mean)
    freedom = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, sizes, strict=True))
    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * math.sqrt(sum(parts))
    return Interval(min(sizes), mean, mean - half, mean + half)


def hedges_correction(freedom: int) -> float:
    """Factor that removes the upward bias of a standardised mean of few values (Hedges 1981, exact form).

    With one degree of freedom the bias is infinite, so there is no correction: NaN.
    """
    if freedom < 2:
        return math.nan
    return float(np.exp(gammaln(freedom / 2) - gammaln((freedom - 1) / 2)) / math.sqrt(freedom / 2))


def _p_value(mean: float, deviation: float, n: int) -> float:
    if not deviation:
        return 0.0 if mean else 1.0
    return float(2 * stdtr(n - 1, -abs(mean) * math.sqrt(n) / deviation))


def _spread(values: np.ndarray, scale: float = 0.0) -> float:
    """Sample standard deviation; rounding noise of equal values, or of what they were made of, is zero."""
    deviation = float(values.std(ddof=1))
    return 0.0 if deviation < 1e-12 * max(scale, float(np.abs(values).max())) else deviation
