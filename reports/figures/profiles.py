"""Performance profiles over the targets of one suite or of several, as steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bench.analysis.convergence import AXES
from bench.analysis.frames import where
from bench.analysis.profiles import LARGEST_RATIO, performance_profile, problems
from reports.figures.spec import Columns, Options, Trace, axis, figure, plain, switch
from reports.palette import Look

NAMES = {"epochs": "Epochs", "seconds": "Training time", "flops": "Training FLOPs"}


def profiles(
    convergence: Mapping[str, pd.DataFrame], looks: dict[str, Look], *, named: bool = False
) -> dict[str, Any]:
    """Share of targets reached within a factor of the cheapest, by kind of cost.

    Args:
        convergence: The convergence table of each suite, by a name of the suite.
        looks: Of each architecture, in the order in which they are drawn.
        named: Whether the figure has a legend of its own, where the page has none.
    """
    columns = Columns()
    traces: list[Trace] = []
    order = ("seconds", *(one for one in AXES if one != "seconds"))
    for cost in order:
        profile = performance_profile(problems(convergence, cost))
        end = max(LARGEST_RATIO, profile["ratio"].max())
        for label, look in looks.items():
            steps = where(profile, label=label)
            if not len(steps):
                continue
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "when": {"cost": cost},
                    "arch": look.index,
                    "name": plain(label),
                    "x": columns.add([*steps["ratio"], end]),
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
    if named:
        legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
        layout |= {"showlegend": True, "legend": legend}
    options: Options = [(cost, NAMES[cost], {}) for cost in order]
    return figure(columns, traces, layout, [switch("cost", "Cost", options)])
