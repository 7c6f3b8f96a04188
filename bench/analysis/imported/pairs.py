"""Two sources side by side: what has the same name is paired, and ranked only where it may be compared."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from bench.analysis.comparison.conditions import NOT_RECORDED
from bench.analysis.comparison.guard import departures, obstacles
from bench.analysis.imported.measured import CONDITIONS, QUANTITIES, Measured, Quantity, Source
from bench.analysis.imported.names import same_device

MOST = 100
"""Figures of one name that are matched by their conditions; more are paired in the order of the files."""


@dataclass(frozen=True)
class Line:
    """One figure in both sources."""

    a: Measured
    b: Measured
    reasons: tuple[str, ...]
    """Why they are not comparable; empty where they are."""
    rank: int | None = None
    """Place among the comparable figures of a quantity, from B's greatest gain over A on; None if flagged."""

    @property
    def quantity(self) -> Quantity:
        """What was measured."""
        return self.a.quantity

    @property
    def ratio(self) -> float:
        """B's figure over A's; NaN where they are not comparable, or A's is zero."""
        return self.b.value / self.a.value if self.a.value and not self.reasons else math.nan


@dataclass(frozen=True)
class SideBySide:
    """Two sources."""

    a: Source
    b: Source
    lines: tuple[Line, ...]
    """By quantity: ranked ones in their order, then the flagged ones."""
    only_a: tuple[Measured, ...]
    only_b: tuple[Measured, ...]


def side_by_side(a: Source, b: Source) -> SideBySide:
    """Pair the figures of two sources by name and quantity.

    Where a source has several of a name, at several batch or image sizes, each is paired with the one that
    was measured most alike, and with one only.
    """
    open_a, open_b = _by_name(a.rows), _by_name(b.rows)
    lines, only_a, only_b = [], [], []
    for key in dict.fromkeys((*open_a, *open_b)):
        paired, left_a, left_b = _pair(open_a.get(key, []), open_b.get(key, []))
        lines += paired
        only_a += left_a
        only_b += left_b
    return SideBySide(a, b, _ranked(lines), tuple(only_a), tuple(only_b))


def _by_name(rows: Iterable[Measured]) -> dict[tuple[str, str], list[Measured]]:
    found: dict[tuple[str, str], list[Measured]] = {}
    for row in rows:
        found.setdefault((row.subject, row.quantity.name), []).append(row)
    return found


def _pair(a: list[Measured], b: list[Measured]) -> tuple[list[Line], list[Measured], list[Measured]]:
    """The most alike first; ties in the order of the files."""
    places: Iterable[tuple[int, int]] = product(range(len(a)), range(len(b)))
    if max(len(a), len(b)) > MOST:
        places = ((i, i) for i in range(min(len(a), len(b))))
    candidates = [(i, j, _reasons(a[i], b[j])) for i, j in places]
    candidates.sort(key=lambda found: len(found[2]))
    lines, taken_a, taken_b = [], set(), set()
    for i, j, reasons in candidates:
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            lines.append(Line(a[i], b[j], reasons))
    rest_a = [one for i, one in enumerate(a) if i not in taken_a]
    return lines, rest_a, [one for j, one in enumerate(b) if j not in taken_b]


def _reasons(a: Measured, b: Measured) -> tuple[str, ...]:
    """Why two figures cannot be compared, in the words of `bench compare`."""
    needs = a.quantity.needs
    told = [name for name in CONDITIONS if name in needs or (name in a.conditions and name in b.conditions)]
    values = [{name: (one.condition(name),) for name in told} for one in (a, b)]
    if "device name" in told and same_device(a.condition("device name"), b.condition("device name")):
        values[1]["device name"] = values[0]["device name"]
    unknown = tuple(
        f"{name}: {NOT_RECORDED} in both"
        for name in needs
        if a.condition(name) == b.condition(name) == NOT_RECORDED
    )
    return (*obstacles(frozenset(told), departures(*values)), *unknown)


def _ranked(lines: list[Line]) -> tuple[Line, ...]:
    """Comparable figures of each quantity in order of B's gain, then what is flagged, in the order of A."""
    found: list[Line] = []
    for quantity in QUANTITIES.values():
        mine = [line for line in lines if line.quantity == quantity]
        fair = [line for line in mine if math.isfinite(line.ratio)]
        if quantity.better:
            fair.sort(key=lambda line: line.ratio, reverse=quantity.better == "higher")
        found += [
            Line(line.a, line.b, (), place if quantity.better else None) for place, line in enumerate(fair, 1)
        ]
        found += [line for line in mine if not math.isfinite(line.ratio)]
    return tuple(found)
