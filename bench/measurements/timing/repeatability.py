"""The interval in which the same measurement, made again, is to be expected."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

MEDIAN_FOR_MEAN = math.sqrt(math.pi / 2)
"""How much wider the median of normal values scatters than their mean; for few values it is less."""


def repeat_interval(
    visits: Sequence[Sequence[float]], confidence: float = 0.95
) -> tuple[float, float, float]:
    """Median of all blocks, and the interval that holds the median of a second measurement of the same kind.

    Blocks timed right after each other share the state of the machine, so the scatter of blocks says little
    about a second measurement. The visits are what is repeated: each is represented by its median, on a
    logarithmic scale, and the interval is the one that contains the mean of as many future visits,
    median x exp(+-t s sqrt(1/n + 1/n)), widened since medians are stated in place of means. It does not cover
    a change of the machine that lasts longer than all visits; `Watch.share_of_others` allows for that.

    Sources: Kalibera & Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013 (repeat at the highest
    level that varies); Hahn & Meeker, Statistical Intervals, 1991, section 4.7 (mean of future observations).

    Args:
        visits: Seconds of each block, visit by visit; at least two visits.
        confidence: Share of second measurements that the interval is to hold.

    Returns:
        Median, low and high, in seconds.
    """
    from scipy.stats import t  # noqa: PLC0415 - takes a second to import

    logs = [math.log(statistics.median(blocks)) for blocks in visits]
    count = len(logs)
    quantile = float(t.ppf((1 + confidence) / 2, count - 1))
    reach = quantile * statistics.stdev(logs) * math.sqrt(2 / count) * MEDIAN_FOR_MEAN
    median = statistics.median([seconds for blocks in visits for seconds in blocks])
    return median, median * math.exp(-reach), median * math.exp(reach)
