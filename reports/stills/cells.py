"""Heat maps as rectangles: plotly would put a bitmap into the vector file."""

from __future__ import annotations

import itertools
import re
from typing import Any

GAP = 0.015
"""Between cells, as a share of a cell; plotly's own gaps are in pixels."""


def drawn_as_cells(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with every heat map replaced by one rectangle and one text a cell."""
    shapes: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    layout = figure["layout"]
    for trace in figure["data"]:
        if trace["type"] == "heatmap":
            shapes += [_rectangle(trace, *place) for place in _places(trace)]
            kept.append(_texts(trace))
            layout = _framed(layout, trace)
        else:
            kept.append(trace)
    return {"data": kept, "layout": layout | {"shapes": [*layout.get("shapes", []), *shapes]}}


def _places(trace: dict[str, Any]) -> list[tuple[int, int]]:
    """Row and column of the cells that hold a number."""
    return [
        (row, column)
        for row, line in enumerate(trace["z"])
        for column, value in enumerate(line)
        if value is not None
    ]


def _rectangle(trace: dict[str, Any], row: int, column: int) -> dict[str, Any]:
    share = (trace["z"][row][column] - trace["zmin"]) / (trace["zmax"] - trace["zmin"])
    half = 0.5 - GAP
    return {
        "type": "rect",
        "layer": "below",
        "x0": column - half, "x1": column + half, "y0": row - half, "y1": row + half,
        "line": {"width": 0},
        "fillcolor": _between(trace["colorscale"], min(1.0, max(0.0, share))),
    }  # fmt: skip


def _texts(trace: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the cells, in plotly's own format, which is that of Python for what is used here."""
    pattern = re.fullmatch(r"%\{z:(.+)\}", trace.get("texttemplate") or "")
    places = _places(trace)
    return {
        "type": "scatter",
        "mode": "text" if pattern else "none",
        "x": [column for _, column in places],
        "y": [row for row, _ in places],
        "text": [format(trace["z"][row][column], pattern[1]) for row, column in places] if pattern else [],
        "textfont": trace.get("textfont", {}),
        "showlegend": False,
    }


def _framed(layout: dict[str, Any], trace: dict[str, Any]) -> dict[str, Any]:
    """Axes that end with the cells, rows counted from above."""
    rows, columns = len(trace["z"]), len(trace["z"][0])
    return layout | {
        "xaxis": {**layout["xaxis"], "range": [-0.5, columns - 0.5]},
        "yaxis": {**layout["yaxis"], "range": [rows - 0.5, -0.5], "autorange": False},
    }


def _between(scale: list[list[Any]], share: float) -> str:
    """The colour at a place of a scale of at least two stops, mixed linearly as plotly does."""
    for (low, first), (high, second) in itertools.pairwise(scale):
        if share <= high:
            part = (share - low) / (high - low)
            ends = [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (first, second)]
            mixed = [round(a + part * (b - a)) for a, b in zip(*ends, strict=True)]
            return f"rgb({mixed[0]},{mixed[1]},{mixed[2]})"
    return str(scale[-1][1])
