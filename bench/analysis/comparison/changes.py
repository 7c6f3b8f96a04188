"""How much a reading of B differs from one of A, with an interval where one is known.

- Counts are exact.
- Figures over seeds: Student's t on the differences of common seeds where a seed means the same in both runs;
  else Welch's (1947). One seed on either side has no spread to judge by: a difference without interval.
- A throughput has the interval of its repeated measurement in the record. The ratio of two has one by the
  distances of their ends from their medians, as logarithms (MOVER; Zou & Donner 2008), and so have two peaks
  of memory; the difference is that ratio's distance from one, in units of A's figure.
- A latency has no interval in the record.
- Costs to a target of which one is censored: see `bench.analysis.comparison.censored`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bench.analysis.comparison.readings import BySeed, Count, Once, Reading
from bench.analysis.statistics import Interval, mean_interval, paired_difference, welch_difference

Verdict = Literal[
    "better", "worse", "changed", "unchanged", "indistinguishable", "no interval", "not comparable", "missing"
]  # fmt: skip

LARGEST = math.log(1e300)
"""Logarithm of the largest ratio that is told apart from infinity."""


@dataclass(frozen=True)
class Estimate:
    """What one run says."""

    value: float
    """Infinite where half of the trials or more never reached the target."""
    low: float = math.nan
    high: float = math.nan
    n: int = 1
    """Seeds."""
    reached: int | None = None
    """Of the seeds, how many reached the target; None unless some did not."""
    budget: float = math.nan
    """What the dearest trial had cost, where some did not get there."""


@dataclass(frozen=True)
class Change:
    """B minus A."""

    a: Estimate
    b: Estimate
    difference: float
    low: float
    high: float
    method: str
    """How the interval was made, or why there is none."""
    verdict: Verdict

    @property
    def relative(self) -> float:
        """The difference as a fraction of A's figure; NaN where A is zero or has no figure."""
        return self.share(self.difference)

    def share(self, amount: float) -> float:
        """An amount in the metric's unit as a fraction of A's figure."""
        return amount / abs(self.a.value) if self.a.value and math.isfinite(self.a.value) else math.nan


def of_counts(a: Count, b: Count) -> Change:
    """Exact."""
    difference = b.value - a.value
    verdict: Verdict = "changed" if difference else "unchanged"
    one, other = Estimate(a.value, n=0), Estimate(b.value, n=0)
    return Change(one, other, difference, difference, difference, "exact", verdict)


def of_seeds(a: BySeed, b: BySeed, better: str, *, same_seeds: bool) -> Change:
    """Paired by seed or Welch's.

    Args:
        a: What A says.
        b: What B says.
        better: "higher" or "lower".
        same_seeds: Whether a seed stands for the same images in the same order in both runs.
    """
    common = [seed for seed in a.values if seed in b.values]
    if same_seeds and len(common) > 1:
        mine, other = ({seed: side.values[seed] for seed in common} for side in (a, b))
        paired = paired_difference(other, mine)
        found = Interval(paired.n, paired.mean, paired.low, paired.high)
        method = "paired by seed"
        if len(common) < max(len(a.values), len(b.values)):
            method += f", {len(common)} common seeds of {len(a.values)} and {len(b.values)}"
    else:
        mine, other = dict(a.values), dict(b.values)
        found = welch_difference(other.values(), mine.values())
        method = "Welch" if math.isfinite(found.low) else "one seed: no interval"
    same = mine == other
    return Change(
        _over_seeds(mine), _over_seeds(other), found.mean, found.low, found.high, method,
        "unchanged" if same else judged(found.low, found.high, better),
    )  # fmt: skip


def of_single(a: Once, b: Once, better: str) -> Change:
    """Measured once on either side, each with the interval of the measurement if there is one."""
    known = all(0 < side.low <= side.value <= side.high < math.inf for side in (a, b))
    method = "intervals of each measurement" if known else "no interval was recorded"
    ends = _ratio_ends(a, b) if known else (math.nan, math.nan)
    verdict: Verdict = "unchanged" if a.value == b.value else judged(*ends, better)
    one, other = (Estimate(side.value, side.low, side.high) for side in (a, b))
    return Change(one, other, b.value - a.value, *ends, method, verdict)


def _ratio_ends(a: Once, b: Once) -> tuple[float, float]:
    ratio = math.log(b.value / a.value)
    low = ratio - math.hypot(math.log(b.value / b.low), math.log(a.high / a.value))
    high = ratio + math.hypot(math.log(b.high / b.value), math.log(a.value / a.low))
    return a.value * math.expm1(low), a.value * math.expm1(min(high, LARGEST))


def judged(low: float, high: float, better: str) -> Verdict:
    """What the interval of a difference says."""
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    if low <= 0 <= high:
        return "indistinguishable"
    return "better" if (low > 0) == (better == "higher") else "worse"


def disagreement(a: Reading, b: Reading) -> tuple[str, ...]:
    """In what two readings were made differently, so that they are not comparable."""
    if not (isinstance(a, Once) and isinstance(b, Once)):
        return ()
    return tuple(
        f"{name}: {a.made.get(name)} \u2192 {value}"
        for name, value in b.made.items()
        if a.made.get(name) != value
    )


def _over_seeds(values: dict[int, float]) -> Estimate:
    interval = mean_interval(values.values())
    return Estimate(interval.mean, interval.low, interval.high, interval.n)
