"""What is taken from a file of another tool: figures, each with the conditions it was measured under."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bench.analysis.comparison.conditions import NOT_RECORDED

CONDITIONS = (
    "batch size", "image size", "precision", "device name", "memory format", "compile mode", "threads",
    "torch",
)  # fmt: skip
"""By the names that `bench compare` uses; what both sides say and differ in makes figures incomparable."""

SETTING = ("batch size", "image size", "precision", "device name")
"""Without these, a throughput says nothing; a file that does not tell one is comparable with none."""


@dataclass(frozen=True)
class Quantity:
    """Something that is measured."""

    name: str
    title: str
    unit: str
    better: Literal["higher", "lower", ""]
    needs: tuple[str, ...]
    """Conditions that must be known and equal."""


QUANTITIES = {
    one.name: one
    for one in (
        Quantity("train_throughput", "Training", "images/s", "higher", SETTING),
        Quantity("inference_throughput", "Inference", "images/s", "higher", SETTING),
        Quantity("latency_p50", "Latency, p50", "ms", "lower", SETTING),
        Quantity("seconds", "Time", "s", "lower", ("device name",)),
        Quantity("bytes", "Memory", "bytes", "lower", ("device name",)),
        Quantity("value", "Value", "", "", ("device name",)),
    )
}
"""By name, in the order in which they are shown."""


@dataclass(frozen=True)
class Measured:
    """One figure of a file or a run."""

    subject: str
    """The network, or the benchmark with its parameters."""
    quantity: Quantity
    value: float
    """In the quantity's unit; finite and not negative."""
    conditions: Mapping[str, str]
    """By the names that `bench compare` uses; what the file does not say is not in it."""

    def condition(self, name: str) -> str:
        """Its value, or that it was not recorded."""
        return self.conditions.get(name, NOT_RECORDED)


@dataclass(frozen=True)
class Source:
    """A file or a run, read."""

    name: str
    kind: str
    """For example "timm"."""
    rows: tuple[Measured, ...]
    left_out: tuple[str, ...] = ()
    """What was in it and is no figure, and why."""


def measured(subject: str, quantity: str, value: object, conditions: Mapping[str, str]) -> Measured | None:
    """A figure, or None where the file has none: an empty cell, a failed benchmark, text."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(value, bool) or not math.isfinite(number) or number < 0:
        return None
    return Measured(subject, QUANTITIES[quantity], number, conditions)
