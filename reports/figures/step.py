"""Shares of a profiled training step, one stacked bar an architecture."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import groups
from bench.analysis.tables import Tables
from reports.figures.rows import stacked
from reports.figures.spec import Columns, Trace, axis, figure
from reports.format import percent

SHADES = {
    "data": "var(--rule)", "forward": "var(--quiet)", "loss": "var(--unsure)", "backward": "var(--ink)",
    "optimizer": "var(--soft)", "other": "var(--quiet-wash)",
}  # fmt: skip
"""Greys, since colours stand for architectures; neighbours in a bar differ clearly."""

NAMES = {"optimizer": "optimiser"}
"""What phases are called in the report, where that differs from their column."""


def step_bars(tables: Tables) -> dict[str, Any]:
    """What each phase takes of a step, in the order in which they happen."""
    columns = Columns()
    labels = [label for label in tables.labels if label in set(tables.profile_phases["label"])]
    traces: list[Trace] = []
    for phase, group in groups(tables.profile_phases, "phase"):
        shares = group.set_index("label")["share"].reindex(labels)
        traces.append({
            "type": "bar",
            "orientation": "h",
            "name": NAMES.get(phase, phase),
            "x": columns.add(shares),
            "y": list(range(len(labels))),
            "text": [percent(share, 0) for share in shares],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "marker": {"color": SHADES[phase]},
            "hovertemplate": f"{NAMES.get(phase, phase)}: %{{x:.1%}}<extra></extra>",
        })  # fmt: skip
    layout = {
        "xaxis": axis("Share of a training step", tickformat=".0%", range=[0, 1]),
        "uniformtext": {"minsize": 10, "mode": "hide"},
        **stacked(labels, gap=0.45),
    }
    return figure(columns, traces, layout)
