"""The roofline: FLOP/s achieved against FLOPs a byte, below what memory and matrix units allow."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import groups, rows
from bench.analysis.tables import Tables
from reports.figures.cost import MOST_NAMES, log_scale
from reports.figures.spec import Columns, Trace, axis, figure, plain, switch
from reports.format import si
from reports.palette import Look

ROOM = 4.0
"""How far the roof goes beyond the points and its ridge, as a factor."""


def roofline(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """One point an architecture, switched by mode and batch size; the roof is the one of its own device."""
    columns = Columns()
    entries = [row for row in rows(tables.efficiency) if row["intensity"] > 0]
    traces: list[Trace] = []
    options: list[tuple[str, str, dict[str, Any]]] = []
    known = tables.efficiency[tables.efficiency["intensity"] > 0]
    for (mode, size), group in sorted(groups(known, "mode", "batch_size"), key=lambda entry: -entry[0][1]):
        option = f"{mode}-{size}"
        options.append((option, f"{mode}, batch {size}", {}))
        traces += [_point(columns, row, option, looks[row["label"]], len(group)) for row in rows(group)]
    if entries:
        traces = [*_roof(columns, entries), *traces]
    places = [row[name] for row in entries for name in ("intensity", "ridge")]
    speeds = [row[name] for row in entries for name in ("flops_per_second", "peak_flops_per_second")]
    layout = {
        "xaxis": axis("FLOPs a byte that must move", **_scale(places)),
        "yaxis": axis("FLOP/s achieved", **_scale(speeds)),
        "hovermode": "closest",
        "height": 370,
    }
    return figure(columns, traces, layout, [switch("setting", "Setting", options)])


def _scale(values: list[float]) -> dict[str, Any]:
    return log_scale(values) if values else {"type": "log"}


def _roof(columns: Columns, entries: list[dict[str, Any]]) -> list[Trace]:
    """Bandwidth x intensity up to the ridge, and the peak of matrix products from there on; both named."""
    first = entries[0]
    peak, bandwidth, ridge = first["peak_flops_per_second"], first["peak_bytes_per_second"], first["ridge"]
    intensities = [row["intensity"] for row in entries]
    left, right = min([ridge, *intensities]), max([ridge, *intensities])
    shared: Trace = {"type": "scatter", "hoverinfo": "skip"}
    line = shared | {
        "mode": "lines",
        "x": columns.add([left / ROOM, ridge, right * ROOM]),
        "y": columns.add([left / ROOM * bandwidth, peak, peak]),
        "line": {"color": "var(--quiet)", "width": 2},
    }
    names = shared | {
        "mode": "markers+text",
        "x": columns.add([left, right]),
        "y": columns.add([left * bandwidth, peak]),
        "marker": {"opacity": 0},
        "text": [f"{si(bandwidth)}B/s  ", f"{si(peak)}FLOP/s"],
        "textposition": ["top left", "bottom center"],
    }
    return [line, names]


def _point(columns: Columns, row: dict[str, Any], option: str, look: Look, count: int) -> Trace:
    """Where one architecture stands, hollow if its timing is doubtful; few enough points carry names."""
    hollow = "-open" if row["verdict"] == "doubtful" else ""
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "when": {"setting": option},
        "arch": look.index,
        "name": plain(row["label"]),
        "x": columns.add([row["intensity"]]),
        "y": columns.add([row["flops_per_second"]]),
        "marker": {"color": look.color, "symbol": f"{look.symbol}{hollow}", "size": 12},
        "cliponaxis": False,
        "hovertemplate": "%{fullData.name}<br>%{y:.3s}FLOP/s at %{x:.3s} FLOPs a byte"
        f"<br>{row['verdict']}<extra></extra>",
    }
    if count > MOST_NAMES:
        return trace
    text = [plain(row["label"], 22)]
    side = "bottom center" if look.index % 2 else "top center"  # neighbours are often close
    return trace | {"mode": "markers+text", "text": text, "textposition": side}
