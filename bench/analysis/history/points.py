"""One point a run, architecture and metric: what was measured, and under which conditions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bench.analysis.comparison.conditions import conditions
from bench.analysis.comparison.doubts import of_epochs
from bench.analysis.comparison.metrics import BY_NAME, Metric
from bench.analysis.comparison.readings import BySeed, Costs, Count, Key, Once, Reading, memory, speeds
from bench.analysis.history.collection import Found
from bench.analysis.statistics import mean_interval
from bench.analysis.summary import static_facts

SHOWN = (
    "test_accuracy", "seconds_per_epoch", "params", "macs", "train_throughput", "inference_throughput",
    "train_peak_bytes",
)  # fmt: skip
"""Metrics with a history."""


@dataclass(frozen=True)
class Point:
    """What one run says of one architecture in one metric."""

    run: Found
    label: str
    key: Key
    """The metric's name, and the batch size it was measured at, if any."""
    value: float
    low: float
    """Lower end of the 95 % interval, over seeds or of a repeated measurement; NaN where there is none."""
    high: float
    seeds: int
    """How many finished trials it is the mean of; 0 for what is measured once."""
    doubtful: bool
    """Whether the certificate of a timing doubts it."""
    conditions: Mapping[str, tuple[str, ...]]
    """See `bench.analysis.comparison.conditions`."""

    @property
    def metric(self) -> Metric:
        """What was measured."""
        return BY_NAME[self.key[0]]


def points(runs: Iterable[Found]) -> dict[Key, list[Point]]:
    """The points of each metric, in the order of `SHOWN`, runs in theirs.

    A metric that was measured at several batch sizes is followed at the one that most runs have, of those the
    largest.
    """
    found: dict[Key, list[Point]] = {}
    for run in runs:
        for label in run.side.architectures:
            met = conditions(run.side, label)
            for key, reading in _readings(run, label):
                if point := _point(run, label, key, reading, met):
                    found.setdefault(key, []).append(point)
    return {key: found[key] for name in SHOWN for key in _most_common(name, found)}


def _readings(run: Found, label: str) -> Iterator[tuple[Key, Reading]]:
    """As `bench compare` takes them, from what the records alone tell."""
    if static := static_facts(label, run.side.outcomes):
        yield from (((name, None), Count(getattr(static, name))) for name in ("params", "macs"))
    for name in ("test_accuracy", "seconds_per_epoch"):
        if values := run.values(label, name):
            yield (
                (name, None),
                BySeed(values, of_epochs(run.side, label) if name == "seconds_per_epoch" else ()),
            )
    measured = (*speeds(run.side, label).items(), *memory(run.side, label))
    yield from ((key, reading) for key, reading in measured if key[0] in SHOWN)


def _most_common(name: str, found: Mapping[Key, list[Point]]) -> list[Key]:
    counts = Counter(
        {key: len({point.run.place for point in of}) for key, of in found.items() if key[0] == name}
    )
    return [max(counts, key=lambda key: (counts[key], key[1] or 0.0))] if counts else []


def _point(
    run: Found, label: str, key: Key, reading: Reading, met: Mapping[str, tuple[str, ...]]
) -> Point | None:
    match reading:
        case Count():
            parts = (reading.value, math.nan, math.nan, 0, False)
        case BySeed():
            over = mean_interval(reading.values.values())
            parts = (over.mean, over.low, over.high, over.n, bool(reading.doubts))
        case Once():
            parts = (reading.value, reading.low, reading.high, 0, bool(reading.doubts))
        case Costs():
            return None
    return Point(run, label, key, *parts, met) if math.isfinite(parts[0]) else None
