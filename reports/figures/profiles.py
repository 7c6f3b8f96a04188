"""Performance profiles over the targets of a suite, as steps."""

from __future__ import annotations

from typing import Any

from bench.analysis.convergence import AXES
from bench.analysis.frames import where
from bench.analysis.profiles import LARGEST_RATIO, performance_profile, problems
from bench.analysis.tables import Tables
from reports.figures.spec import Columns, Options, Trace, axis, figure, plain, switch
from reports.palette import Look

NAMES = {"epochs": "Epochs", "seconds": "Training time", "flops": "Training FLOPs"}


def profiles(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """Share of targets reached within a factor of the cheapest, by kind of cost."""
    columns = Columns()
    traces: list[Trace] = []
    order = ("seconds", *(one for one in AXES if one != "seconds"))
    for cost in order:
        profile = performance_profile(problems({"suite": tables.convergence}, cost))
        for label in tables.labels:
            steps = where(profile, label=label)
            if not len(steps):
                continue
            look = looks[label]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "when": {"cost": cost},
                    "arch": look.index,
                    "name": plain(label),
                    "x": columns.add([*steps["ratio"], max(LARGEST_RATIO, steps["ratio"].max())]),
                    "y": columns.add([*steps["share"], steps["share"].iloc[-1]]),
                    "line": {"color": look.color, "width": 2, "dash": look.dash, "shape": "hv"},
                    "marker": {"color": look.color, "symbol": look.symbol, "size": 7},
                    "hovertemplate": "%{fullData.name}<br>%{y:.0%} within %{x:.2f}\u00d7<extra></extra>",
                }
            )
    layout = {
        "xaxis": axis("Times the cost of the cheapest", rangemode="normal"),
        "yaxis": axis("Targets reached", tickformat=".0%", range=[-0.03, 1.05]),
        "hovermode": "closest",
        "height": 310,
    }
    options: Options = [(cost, NAMES[cost], {}) for cost in order]
    return figure(columns, traces, layout, [switch("cost", "Cost", options)])
