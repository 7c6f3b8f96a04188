"""A figure in one setting, as plotly draws it on paper; what `script.js` does for the page."""

from __future__ import annotations

import math
import re
from copy import deepcopy
from functools import lru_cache
from typing import Any

from reports import assets
from reports.stills.cells import drawn_as_cells
from reports.stills.settings import Still, option, traces

WIDTH = 528
"""Pixels at 96 to the inch: the text width of common conference styles, 5.5 inches."""

HEIGHT = 310
FONT = "Times New Roman, Nimbus Roman, TeX Gyre Termes, Liberation Serif, Times, serif"
"""Of equal widths, so that a figure looks the same wherever it is opened."""

LEGEND_ROW = 18
LETTER = 6.2
"""Pixels of a letter of the legend, on average."""

ARRAYS = frozenset({"x", "y", "z", "array", "arrayminus"})


def still_figure(still: Still) -> dict[str, Any]:
    """`{"data", "layout"}` of plotly, all colours and numbers filled in."""
    spec = still.figure.spec
    drawn = [_resolved(trace, spec["columns"]) for trace in traces(spec, still.chosen)]
    if not spec["layout"].get("showlegend"):
        drawn = _legend_once(drawn)
    drawn = [_named(trace, legend=still.figure.legend) for trace in drawn]
    chosen = [option(switch, still.chosen)["layout"] for switch in spec["switches"]]
    layout = _base(spec["layout"].get("height", HEIGHT))
    for change in (spec["layout"], *chosen):
        layout = _merged(layout, change)
    layout = _resolved(layout, {})
    layout["width"] = WIDTH
    names = [trace["name"] for trace in drawn if trace.get("showlegend")]
    if still.figure.legend and names:
        layout = _merged(layout, _legend(layout["height"], names))
    return drawn_as_cells({"data": drawn, "layout": layout})


@lru_cache(maxsize=1)
def light() -> dict[str, str]:
    """Colours of the page's light theme by the names of their CSS variables."""
    first = assets.style().partition("}")[0]
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})", first))


def _legend_once(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry an architecture, however many traces it has; none for lines that stand for nobody."""
    seen: set[int] = set()
    for trace in drawn:
        entry = "name" in trace and "arch" in trace and trace["arch"] not in seen
        trace.setdefault("showlegend", entry)
        if entry:
            seen.add(trace["arch"])
    return drawn


def _named(trace: dict[str, Any], *, legend: bool) -> dict[str, Any]:
    """Without what is the page's own; names stand in the legend and so not beside points."""
    kept = {key: value for key, value in trace.items() if key not in ("when", "arch", "band")}
    if trace.get("band"):
        kept["fillcolor"] = _translucent(trace["fillcolor"])
    if legend and "arch" in trace and trace.get("mode") == "markers+text":
        kept["mode"] = "markers"
    return kept


def _legend(height: int, names: list[str]) -> dict[str, Any]:
    """Above the figure, which grows by the legend's rows."""
    widest = 50 + LETTER * max(map(len, names))
    across = max(1, math.floor((WIDTH - 60) / widest))
    place = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    return {
        "showlegend": True,
        "legend": place,
        "height": height + LEGEND_ROW * math.ceil(len(names) / across),
    }


def _base(height: int) -> dict[str, Any]:
    line = {
        "gridcolor": "var(--rule)", "zerolinecolor": "var(--rule)", "linecolor": "var(--ink)",
        "showline": True, "ticks": "outside", "ticklen": 4, "tickcolor": "var(--ink)", "automargin": True,
        "title": {"standoff": 8},
    }  # fmt: skip
    return {
        "font": {"family": FONT, "size": 13, "color": "var(--ink)"},
        "paper_bgcolor": "var(--paper)",
        "plot_bgcolor": "var(--paper)",
        "showlegend": False,
        "margin": {"l": 8, "r": 14, "t": 8, "b": 8},
        "height": height,
        "xaxis": {**line, "showgrid": False},
        "yaxis": {**line, "zeroline": False},
    }


def _merged(into: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(into)
    for key, value in change.items():
        merged[key] = _merged(merged.get(key) or {}, value) if isinstance(value, dict) else deepcopy(value)
    return merged


def _resolved(value: Any, columns: dict[str, list[float | None]], key: str = "") -> Any:
    """References to columns and CSS variables replaced by what they stand for."""
    if isinstance(value, dict):
        return {name: _resolved(item, columns, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, columns, key) for item in value]
    if isinstance(value, str) and re.search("colors?(cale)?$", key):
        variable = re.fullmatch(r"var\((--[\w-]+)\)", value)
        return light()[variable[1]] if variable else value
    if isinstance(value, str) and key in ARRAYS and value.startswith("@"):
        return columns[value[1:]]
    return value


def _translucent(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
