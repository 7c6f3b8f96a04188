"""Which operators a training step spends its time in."""

from __future__ import annotations

from collections import Counter, defaultdict

from bench.measurements.profiling.trace import Trace
from bench.records import PROFILE_COLUMNS


def operator_rows(trace: Trace) -> list[dict[str, object]]:
    """Rows of profile.csv, the most expensive operator first; those that took no time are left out."""
    calls: Counter[str] = Counter()
    spent: defaultdict[str, float] = defaultdict(float)
    for event in trace.events:
        if not event.is_user_annotation:
            calls[event.name] += 1
            spent[event.name] += trace.self_cost(event)
    steps, total = len(trace.steps), sum(spent.values()) or 1.0
    values = (
        (name, calls[name] / steps, microseconds / steps / 1000, microseconds / total)
        for name, microseconds in sorted(spent.items(), key=lambda item: -item[1])
        if microseconds > 0
    )
    return [dict(zip(PROFILE_COLUMNS, row, strict=True)) for row in values]
