"""How many seeds a difference takes: the power of the paired t-test (Cohen 1988, chapter 2)."""

from __future__ import annotations

import math

from scipy.special import nctdtr, stdtrit

LEVEL = 0.05
"""Two-sided level of the test, that of a 95 % interval."""

POWER = 0.8
"""Wanted probability that the interval of a new run excludes zero."""

MOST_SEEDS = 1000
"""Beyond this many seeds, the number needed is not stated: nobody would run them."""


def power(effect: float, seeds: int) -> float:
    """Probability that the paired t-test finds a difference of this size.

    Args:
        effect: Mean of the paired differences over their standard deviation, d_z.
        seeds: Number of pairs, two or more.
    """
    freedom, shift = seeds - 1, abs(effect) * math.sqrt(seeds)
    critical = float(stdtrit(freedom, 1 - LEVEL / 2))
    return 1 - _below(freedom, shift, critical) + _below(freedom, shift, -critical)


def seeds_needed(mean: float, deviation: float) -> int | None:
    """Smallest number of seeds with the wanted power, if mean and spread are as observed.

    Args:
        mean: Mean of the paired differences.
        deviation: Their standard deviation.

    Returns:
        Two or more; None above `MOST_SEEDS`, or where there is no difference to find.
    """
    if mean == 0 or math.isnan(mean):
        return None
    effect = abs(mean) / deviation if deviation else math.inf
    if power(effect, MOST_SEEDS) < POWER:
        return None
    low, high = 2, MOST_SEEDS  # power grows with the number of seeds
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power(effect, middle) >= POWER else (middle + 1, high)
    return low


def _below(freedom: int, shift: float, critical: float) -> float:
    """Noncentral t distribution; a probability too small to be computed comes as NaN, and is zero."""
    probability = float(nctdtr(freedom, shift, critical))
    return 0.0 if math.isnan(probability) else probability
