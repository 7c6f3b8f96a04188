"""Which points of a metric may be joined: those that were measured under the same conditions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.analysis.comparison.conditions import Matters, concerns
from bench.analysis.comparison.guard import Departure, departures
from bench.analysis.comparison.metrics import Metric
from bench.analysis.history.points import Point

IDENTITY = frozenset({"network"})
"""What a label stood for."""

MACHINE = frozenset({"device", "device name"})
"""What a history keeps apart in every measurement, though an accuracy moves by no more than rounding."""


@dataclass(frozen=True)
class Strand:
    """Points of one architecture that are comparable with each other, oldest first."""

    label: str
    points: tuple[Point, ...]
    apart: tuple[Departure, ...]
    """Where its conditions differ from those of the newest point of the architecture; none: it holds it."""


def strands(points: Iterable[Point]) -> list[Strand]:
    """The strands of a metric, architecture by architecture; the one with the newest point first.

    Points count as comparable by the rules of `bench compare`, and a history also keeps machines apart, and
    what a label stood for.
    """
    of: dict[str, dict[object, list[Point]]] = {}
    for point in points:
        of.setdefault(point.label, {}).setdefault(_signature(point), []).append(point)
    return [strand for label, groups in of.items() for strand in _of_label(label, list(groups.values()))]


def matters(metric: Metric) -> Matters:
    """The conditions that must be equal for two points of a metric to be joined."""
    return metric.matters | IDENTITY | (frozenset() if metric.group == "counts" else MACHINE)


def _of_label(label: str, groups: list[list[Point]]) -> list[Strand]:
    groups.sort(key=lambda group: group[-1].run.measured_at, reverse=True)
    newest = groups[0][-1]
    return [Strand(label, tuple(group), _apart(group[-1], newest)) for group in groups]


def _apart(point: Point, newest: Point) -> tuple[Departure, ...]:
    """How an earlier strand came about, in the direction of time."""
    if _signature(point) == _signature(newest):
        return ()
    needed = matters(point.metric)
    found = departures(point.conditions, newest.conditions)
    return tuple(one for one in found if concerns(needed, one.condition) and one.a != one.b)


def _signature(point: Point) -> tuple[tuple[str, tuple[str, ...]], ...]:
    needed = matters(point.metric)
    return tuple(sorted(item for item in point.conditions.items() if concerns(needed, item[0])))
