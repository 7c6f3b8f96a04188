"""What one run says about one architecture: a reading for each metric and setting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.analysis.comparison.doubts import Doubt, of_epochs, of_timing
from bench.analysis.comparison.metrics import BY_NAME
from bench.analysis.comparison.side import Side
from bench.analysis.convergence import AXES, to_targets
from bench.analysis.frames import rows, where
from bench.analysis.summary import static_facts
from bench.records import MemoryFacts, TrialRecord

RESIDENT_SET_BYTES = 2**20
"""How uncertain a peak of the resident set is (see `bench.records.MemoryFacts.peak_bytes`)."""

Key = tuple[str, float | None]
"""A metric's name, and the batch size or target that it was measured at, if any."""


@dataclass(frozen=True)
class Count:
    """A figure without spread."""

    value: float


@dataclass(frozen=True)
class BySeed:
    """One figure a finished trial."""

    values: Mapping[int, float]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Costs:
    """What each trial paid to reach a target, or what it had paid when its budget ended."""

    values: Mapping[int, tuple[float, bool]]
    """Cost, and whether the target was reached."""
    diverged: frozenset[int] = frozenset()
    """Seeds that no budget would have brought there."""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Once:
    """Measured once for the architecture; `low` and `high` are NaN where no interval is known."""

    value: float
    low: float = math.nan
    high: float = math.nan
    made: Mapping[str, str] = field(default_factory=dict)
    """How it was measured, as far as two readings must agree in it."""
    doubts: tuple[Doubt, ...] = ()


Reading = Count | BySeed | Costs | Once

COUNTS = ("params", "params_body", "macs", "activations")
SCORES = (
    "test_accuracy", "selected_test_accuracy", "best_test_accuracy", "test_loss", "test_calibration_error",
)  # fmt: skip


def readings(side: Side, label: str, targets: tuple[float, ...]) -> dict[Key, Reading]:
    """Everything that was measured of an architecture; what was not is not in it.

    Args:
        side: The run.
        label: The architecture's label in it.
        targets: Accuracies, as fractions, for the cost to reach them.
    """
    found = {**speeds(side, label), **dict(memory(side, label)), **_costs(side, label, targets)}
    static = static_facts(label, side.outcomes)
    if static:
        found |= {(name, None): Count(getattr(static, name)) for name in COUNTS}
    done = rows(where(side.trials, label=label, status="done"))
    for name in (*SCORES, "seconds_per_epoch"):
        values = {int(row["seed"]): float(row[name]) for row in done if math.isfinite(_number(row[name]))}
        if values:
            doubts = of_epochs(side, label) if name == "seconds_per_epoch" else ()
            found[name, None] = BySeed(values, doubts)
    return {key: reading for key, reading in found.items() if key[0] in BY_NAME}


def _costs(side: Side, label: str, targets: tuple[float, ...]) -> dict[Key, Reading]:
    mine, curves = where(side.trials, label=label), where(side.epochs, label=label)
    found: dict[Key, dict[int, tuple[float, bool]]] = {}
    diverged = frozenset(int(row["seed"]) for row in rows(where(mine, status="diverged")))
    for row in rows(to_targets(mine, curves, targets)):
        for axis in AXES:
            key = (f"{axis}_to_target", float(row["target"]))
            found.setdefault(key, {})[int(row["seed"])] = (float(row[axis]), bool(row["reached"]))
    doubts = of_epochs(side, label)
    return {
        key: Costs(values, diverged, doubts if "seconds" in key[0] else ()) for key, values in found.items()
    }


def speeds(side: Side, label: str) -> dict[Key, Reading]:
    """Throughput and latency, from the first trial of the architecture that has them."""
    found: dict[Key, Reading] = {}
    for record in _all_records(side, label):
        for one in record.throughput:
            timing = Once(one.images_per_second, one.low, one.high, doubts=of_timing(one.certificate))
            found.setdefault((f"{one.mode}_throughput", float(one.batch_size)), timing)
        if record.latency:
            for name in ("p50", "p95", "p99"):
                if (value := getattr(record.latency, name)) is not None:
                    timing = Once(value, doubts=of_timing(record.latency.certificate))
                    found.setdefault((f"latency_{name}", None), timing)
    return found


def memory(side: Side, label: str) -> Iterator[tuple[Key, Reading]]:
    """Peak memory of each mode, from the first trial of the architecture that has it."""
    first: dict[str, MemoryFacts] = {}
    for record in _all_records(side, label):
        for facts in record.memory:
            first.setdefault(facts.mode, facts)
    for mode, facts in first.items():
        if facts.peak_bytes is None:
            continue
        error = RESIDENT_SET_BYTES if facts.method == "resident set" else 0
        made = {
            "batch size": str(facts.batch_size),
            "method": str(facts.method),
            "compiled": str(facts.compiled).lower(),
        }
        peak = facts.peak_bytes
        yield (f"{mode}_peak_bytes", None), Once(peak, peak - error, peak + error, made)


def _all_records(side: Side, label: str) -> list[TrialRecord]:
    return [one.record for one in side.outcomes if one.trial.label == label and one.record]


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
