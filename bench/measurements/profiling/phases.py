"""Data, forward, loss, backward, optimiser: what each phase takes of a training step."""

from __future__ import annotations

from statistics import median

from bench.measurements.profiling.trace import Interval, Trace
from bench.measurements.training.marks import PHASES
from bench.records import PROFILE_PHASE_COLUMNS

OTHER = "other"
"""On the host, what lies between the phases; on a device, what it waited for the host."""


def phase_rows(trace: Trace) -> list[dict[str, object]]:
    """Rows of profile_phases.csv: the median over steps of each phase, and its share of their sum."""
    by_step = [_phases(trace, step) for step in trace.steps]
    medians = {phase: median(found[phase] for found in by_step) / 1000 for phase in (*PHASES, OTHER)}
    total = sum(medians.values()) or 1.0
    values = ((phase, spent, spent / total) for phase, spent in medians.items())
    return [dict(zip(PROFILE_PHASE_COLUMNS, row, strict=True)) for row in values]


def _phases(trace: Trace, step: Interval) -> dict[str, float]:
    """Microseconds of each phase in one step; they add up to the step."""
    marked = [event for event in trace.events if event.name in PHASES and step.holds(event)]
    spent = dict.fromkeys(PHASES, 0.0)
    for event in marked:
        if trace.on_device:
            # By time and not by nesting: the backward pass launches its kernels from a thread of its own.
            during = Interval(event.time_range.start, event.time_range.end)
            spent[event.name] += sum(trace.cost(one) for one in trace.outermost if during.holds(one))
        else:
            spent[event.name] += trace.cost(event)
    return {**spent, OTHER: max(0.0, step.duration - sum(spent.values()))}
