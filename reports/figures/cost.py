"""Cost against accuracy: each architecture a point with its interval, on an axis of the reader's choice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.pareto import TIMES
from bench.analysis.tables import Tables
from reports.figures.label_places import Named, label_places
from reports.figures.spec import Columns, Trace, axis, figure, plain, short, switch
from reports.format import NARROW, PREFIXES
from reports.palette import Look

COSTS = (
    ("params", "Params", "Params"),
    ("macs", "MACs", "MACs per image, forward"),
    ("train_seconds", "Training time", "Seconds of training, all epochs"),
    ("seconds_per_epoch", "Time per epoch", "Seconds of training per epoch"),
    ("train_flops", "Training FLOPs", "Training FLOPs, all epochs"),
    ("train_peak_bytes", "Peak memory", "Peak memory of training in bytes"),
)

MOST_NAMES = 8
"""Up to so many points carry their label; more would overlap, and the legend names them."""

LONGEST = 22
"""Letters of a name beside a point."""

UNSURE = " ?"
"""Behind a time that is doubtful."""


def cost_against_accuracy(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """Test accuracy of the last epoch with its 95 % interval, against params, MACs, time or FLOPs.

    The marker of an architecture that is not worth its cost (see `bench.analysis.pareto`) is hollow; a time
    that is doubtful has a question mark.
    """
    columns = Columns()
    traces: list[Trace] = []
    entries = [row for row in rows(tables.summary) if math.isfinite(row["test_accuracy"])]
    offered = [cost for cost in COSTS if any(_positive(row[cost[0]]) for row in entries)]
    beaten = {(row["label"], row["cost"]) for row in rows(tables.pareto) if not row["on_front"]}
    named = len(entries) <= MOST_NAMES
    sides = {column: _sides(entries, column) for column, _, _ in offered} if named else {}
    for row in entries:
        for column, _, _ in offered:
            if _positive(row[column]):
                point = _point(columns, row, column, looks[row["label"]])
                if (row["label"], column) in beaten:
                    point["marker"] = point["marker"] | {"symbol": f"{point['marker']['symbol']}-open"}
                if sides:
                    point |= {"mode": "markers+text", "textposition": sides[column][row["label"]]}
                traces.append(point)
    layout = {
        "xaxis": axis("Params", type="log"),
        "yaxis": axis("Test accuracy, last epoch", tickformat=".1%"),
        "hovermode": "closest",
        "height": 310,
    }
    options = [
        (column, text, {"xaxis": axis(title, **log_scale(row[column] for row in entries))})
        for column, text, title in offered
    ]
    return figure(columns, traces, layout, [switch("cost", "Against", options)])


def _point(columns: Columns, row: dict[str, Any], column: str, look: Look) -> Trace:
    low, mean, high = (row[f"test_accuracy{end}"] for end in ("_low", "", "_high"))
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "when": {"cost": column},
        "arch": look.index,
        "name": plain(row["label"]),
        "x": columns.add([row[column]]),
        "y": columns.add([mean]),
        "marker": {"color": look.color, "symbol": look.symbol, "size": 12},
        "text": [f"  {plain(_name(row, column), LONGEST + len(UNSURE))}  "],
        "cliponaxis": False,
        "hovertemplate": f"%{{fullData.name}}<br>%{{y:.2%}} at %{{x:.4s}}{_mark(row, column)}<extra></extra>",
    }
    if math.isfinite(low):
        trace["error_y"] = {
            "type": "data",
            "array": columns.add([high - mean]),
            "arrayminus": columns.add([mean - low]),
            "color": look.color,
            "thickness": 1.6,
            "width": 4,
        }
    return trace


def _name(row: dict[str, Any], column: str) -> str:
    """What stands beside a point."""
    return short(row["label"], LONGEST) + _mark(row, column)


def _mark(row: dict[str, Any], column: str) -> str:
    """A question mark where the cost is a time, and doubtful."""
    return UNSURE if column in TIMES and row["timings_doubtful"] else ""


def log_scale(values: Iterable[float]) -> dict[str, Any]:
    """A logarithmic axis over the values with some room, and round ticks with SI prefixes."""
    kept = [value for value in values if _positive(value)]
    low, high = math.log10(min(kept)), math.log10(max(kept))
    room = max(0.12 * (high - low), 0.15)
    decades = range(math.floor(low - room), math.ceil(high + room) + 1)
    steps = (1,) if high - low > 4 else (1, 2, 5) if high - low > 0.6 else (1, 1.5, 2, 3, 4, 5, 7)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    return {
        "type": "log",
        "range": [low - room, high + room],
        "tickvals": ticks,
        "ticktext": [_round(tick) for tick in ticks],
    }


def _round(tick: float) -> str:
    """A tick of one or two digits: 200000 as "200 k"."""
    for scale, prefix in PREFIXES:
        if tick >= scale:
            return f"{tick / scale:g}{NARROW}{prefix}"
    return f"{tick:g}"


def _sides(entries: list[dict[str, Any]], column: str) -> dict[str, str]:
    """Where the name of each architecture goes, so that none touches another."""
    shown = [row for row in entries if _positive(row[column])]
    left, right = log_scale(row[column] for row in shown)["range"]
    heights = [_whisker(row) for row in shown]
    low, high = min(map(min, heights)), max(map(max, heights))
    room = 0.06 * (high - low) or 1.0  # what plotly leaves free above and below

    def up(height: float) -> float:
        return (height - low + room) / (high - low + 2 * room)

    points = [
        Named(
            name=_name(row, column),
            x=(math.log10(row[column]) - left) / (right - left),
            y=up(row["test_accuracy"]),
            low=up(ends[0]),
            high=up(ends[1]),
        )
        for row, ends in zip(shown, heights, strict=True)
    ]
    return dict(zip((row["label"] for row in shown), label_places(points), strict=True))


def _whisker(row: dict[str, Any]) -> tuple[float, float]:
    """Both ends of the interval of the accuracy; the accuracy itself where there is none."""
    low, mean, high = (row[f"test_accuracy{end}"] for end in ("_low", "", "_high"))
    return (low, high) if math.isfinite(low) else (mean, mean)


def _positive(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0
