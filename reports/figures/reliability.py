"""Reliability diagrams: how often a network is right against how sure it is."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import groups
from bench.analysis.tables import Tables
from reports.figures.spec import Columns, Options, Trace, axis, figure, plain, switch
from reports.palette import Look

SPLITS = ("test", "validation", "train")


def reliability(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """Accuracy against mean confidence in each bin, images of all seeds together; the diagonal is ideal."""
    columns = Columns()
    traces: list[Trace] = []
    offered = [split for split in SPLITS if (tables.calibration["split"] == split).any()]
    for (label, split), bins in groups(tables.calibration, "label", "split"):
        look = looks[label]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "when": {"split": split},
                "arch": look.index,
                "name": plain(label),
                "x": columns.add(bins["confidence"]),
                "y": columns.add(bins["accuracy"]),
                "customdata": [int(images) for images in bins["images"]],
                "line": {"color": look.color, "width": 2, "dash": look.dash},
                "marker": {"color": look.color, "symbol": look.symbol, "size": 7},
                "hovertemplate": "%{fullData.name}<br>sure %{x:.1%}, right %{y:.1%} of %{customdata:,} images"
                "<extra></extra>",
            }
        )
    ideal = {"color": "var(--quiet)", "width": 1, "dash": "dot"}
    layout = {
        "xaxis": axis("Confidence", tickformat=".0%", range=[0, 1.02]),
        "yaxis": axis("Accuracy", tickformat=".0%", range=[-0.02, 1.02]),
        "shapes": [{"type": "line", "x0": 0, "y0": 0, "x1": 1, "y1": 1, "line": ideal}],
        "hovermode": "closest",
    }
    options: Options = [(split, split.capitalize(), {}) for split in offered]
    return figure(columns, traces, layout, [switch("split", "On", options)])
