"""What figures with a row for each architecture share: lying bars under each other, names at the left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.figures.spec import plain

BAR = 38
"""Pixels of height for each row."""


def rows_of(labels: Sequence[str], *, gap: float) -> dict[str, Any]:
    """The layout of one row a label, the first on top."""
    return {
        "yaxis": {
            "tickvals": list(range(len(labels))),
            "ticktext": [plain(label, 22) for label in labels],
            "range": [len(labels) - 0.5, -0.5],
            "showgrid": False,
        },
        "height": 110 + BAR * len(labels),
        "bargap": gap,
        "hovermode": "closest",
    }


def stacked(labels: Sequence[str], *, gap: float) -> dict[str, Any]:
    """The same for bars of several parts, which a legend above names."""
    rows = rows_of(labels, gap=gap)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
    return {**rows, "barmode": "stack", "height": rows["height"] + 30, "showlegend": True, "legend": legend}
