"""Where the time of a training step goes: one stacked bar an architecture."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports.figures.rows import stacked
from reports.figures.spec import Columns, Trace, axis, figure, switch
from reports.figures.speed import hatching

PHASES = ("data", "forward", "backward", "optimiser")

SHADES = (1.0, 0.45, 0.8, 0.55)
"""Opacities of the ink: greys, since colours stand for architectures; neighbours in a bar differ clearly."""


def phase_bars(tables: Tables) -> dict[str, Any]:
    """Medians of the phases, as milliseconds or as shares of their sum."""
    columns = Columns()
    entries = rows(tables.phases)
    totals = [sum(row[f"{phase}_milliseconds"] for phase in PHASES) for row in entries]
    traces: list[Trace] = []
    for phase, shade in zip(PHASES, SHADES, strict=True):
        parts = [row[f"{phase}_milliseconds"] for row in entries]
        shares = [part / total for part, total in zip(parts, totals, strict=True)]
        for option, values, hover in (("time", parts, "%{x:.3~g} ms"), ("share", shares, "%{x:.1%}")):
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "when": {"unit": option},
                    "name": phase,
                    "opacity": shade,
                    "x": columns.add(values),
                    "y": list(range(len(entries))),
                    "marker": {
                        "color": "var(--ink)",
                        "line": {"color": "var(--paper)", "width": 1},
                        **hatching([row["verdict"] for row in entries]),
                    },
                    "showlegend": True,
                    "hovertemplate": f"{phase} {hover}<extra></extra>",
                }
            )
    layout = {
        "xaxis": axis("Milliseconds of a step", rangemode="tozero"),
        **stacked([row["label"] for row in entries], gap=0.5),
    }
    options = [
        ("time", "Milliseconds", {}),
        ("share", "Shares", {"xaxis": axis("Share of a step", tickformat=".0%", range=[0, 1])}),
    ]
    return figure(columns, traces, layout, [switch("unit", "As", options)])
