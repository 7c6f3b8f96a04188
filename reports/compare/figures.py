"""How the figures of a comparison look: in the metric's unit, differences with their sign."""

from __future__ import annotations

import math
from collections.abc import Callable

from bench.analysis.comparison.changes import Change, Estimate
from bench.analysis.comparison.compare import Row
from bench.analysis.comparison.metrics import Unit
from reports import format as show

Text = Callable[[float], str]

TEXTS: dict[Unit, Text] = {
    "count": show.count,
    "fraction": show.percent,
    "nats": lambda value: show.number(value, 4),
    "epochs": lambda value: show.number(value, 1),
    "seconds": show.seconds,
    "milliseconds": show.milliseconds,
    "images/s": show.rate,
    "bytes": show.size,
    "FLOPs": show.si,
}

UNITS: dict[Unit, str] = {"nats": "nats", "epochs": "epochs", "images/s": "images/s"}
"""What stands behind a difference whose text does not say its unit."""


def title(row: Row) -> str:
    """The metric with its setting: "Training images/s, batch 128", "Training epochs to 70 %"."""
    if row.setting is None:
        return row.metric.title
    if row.metric.setting == "target":
        return f"{row.metric.title} to {100 * row.setting:g}{show.NARROW}%"
    return f"{row.metric.title}, batch {row.setting:g}"


def estimate(unit: Unit, found: Estimate) -> str:
    """What one run says, with the interval over seeds, or with the trials that reached the target."""
    text = TEXTS[unit]
    if found.reached is not None:
        value = f"> {text(found.budget)}" if math.isinf(found.value) else text(found.value)
        return f"{value} ({found.reached} of {found.n})"
    if found.n < 2 or show.absent(found.low):
        return text(found.value)
    if unit == "fraction":
        return show.percent_interval(found.value, found.low, found.high)
    return f"{text(found.value)} {show.PLUS_MINUS} {text((found.high - found.low) / 2)}"


def difference(unit: Unit, value: float) -> str:
    """A difference with its sign; of fractions, in percentage points (pt)."""
    if math.isinf(value):
        return "later than the budget" if value > 0 else "earlier than A's budget"
    if math.isnan(value):
        return show.ABSENT
    if unit == "fraction":
        return f"{show.points(value, signed=bool(value))}{show.NARROW}pt"
    sign = "+" if value > 0 else show.MINUS if value < 0 else ""
    return f"{sign}{TEXTS[unit](abs(value))}"


def with_unit(unit: Unit, text: str) -> str:
    """A difference for a sentence, where no column says its unit."""
    return f"{text}{show.NARROW}{UNITS[unit]}" if unit in UNITS else text


def ends(unit: Unit, change: Change) -> str:
    """Both ends of the interval of a difference; a count needs none."""
    if math.isnan(change.low) or change.method == "exact":
        return show.ABSENT
    if unit == "fraction":
        return f"{show.points_range(change.low, change.high)}{show.NARROW}pt"
    return f"{difference(unit, change.low)} to {difference(unit, change.high)}"


def relative(unit: Unit, change: Change) -> str:
    """The difference as a share of A's figure; a share of a fraction would be taken for points."""
    if unit == "fraction" or not math.isfinite(change.relative):
        return show.ABSENT
    return show.signed_percent(change.relative)


def with_share(unit: Unit, change: Change) -> str:
    """A difference, and what it is of A's figure where that says more."""
    text, share = difference(unit, change.difference), relative(unit, change)
    return text if share == show.ABSENT or not change.difference else f"{text} ({share})"


def seeds(row: Row) -> str:
    """How many seeds each figure rests on, where it rests on seeds."""
    change = row.change
    return f"{change.a.n}, {change.b.n}" if change and row.metric.over_seeds else show.ABSENT
