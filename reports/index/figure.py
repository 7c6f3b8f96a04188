"""Metrics over runs: one line an architecture and set of conditions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.analysis.comparison.metrics import BY_NAME, Unit
from bench.analysis.comparison.readings import Key
from bench.analysis.history import Found, Point, Strand
from reports.compare.figures import TEXTS
from reports.figures.spec import Columns, Options, Trace, axis, figure, plain, switch
from reports.palette import Look

MOST_TICKS = 16
"""Up to so many runs, the axis names their revisions."""

TICKS: dict[Unit, str] = {"fraction": ".1%", "count": "~s", "bytes": "~s", "images/s": "~s"}

LONGEST = 60


def history(
    runs: tuple[Found, ...], found: Mapping[Key, list[Strand]], looks: dict[str, Look]
) -> dict[str, Any]:
    """Every metric against the runs in their order, or against time.

    Args:
        runs: Of one suite, oldest first.
        found: Strands by metric.
        looks: By architecture.
    """
    columns = Columns()
    traces: list[Trace] = []
    order = {run.place: place for place, run in enumerate(runs)}
    for number, of_metric in enumerate(found.values()):
        for strand in of_metric:
            shared = _line(columns, strand, looks[strand.label])
            xs = {
                "order": columns.add(order[point.run.place] for point in strand.points),
                "date": [point.run.measured_at for point in strand.points],
            }
            traces += [
                shared | {"x": x, "when": {"metric": str(number), "against": against}}
                for against, x in xs.items()
            ]
    options: Options = [
        (
            str(number),
            _title(key),
            {"yaxis": axis(_title(key), tickformat=TICKS.get(BY_NAME[key[0]].unit, ""))},
        )
        for number, key in enumerate(found)
    ]
    against: Options = [
        ("order", "Runs", {"xaxis": axis("Run, by git revision", type="linear", **_ticks(runs))}),
        ("date", "Date", {"xaxis": axis("Measured at, UTC", type="date", tickmode="auto")}),
    ]
    layout = {
        "hovermode": "closest",
        "height": 320,
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "xaxis": {},
        "yaxis": {},
    }
    switches = [switch("metric", "Show", options), switch("against", "Against", against)]
    first = {**layout, **options[0][2], **against[0][2]}
    return figure(columns, traces, first, switches)


def _line(columns: Columns, strand: Strand, look: Look) -> Trace:
    points = strand.points
    trace: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plain(strand.label),
        "legendgroup": str(look.index),
        "showlegend": not strand.apart,
        "y": columns.add(point.value for point in points),
        "text": [_hover(strand, point) for point in points],
        "line": {"color": look.color, "width": 2, "dash": "dot" if strand.apart else "solid"},
        "marker": {
            "color": look.color,
            "symbol": f"{look.symbol}-open" if strand.apart else look.symbol,
            "size": 8,
        },
        "hovertemplate": "%{text}<extra></extra>",
    }
    if any(math.isfinite(point.low) for point in points):
        trace["error_y"] = {
            "type": "data",
            "array": columns.add(point.high - point.value for point in points),
            "arrayminus": columns.add(point.value - point.low for point in points),
            "color": look.color,
            "thickness": 1.2,
            "width": 3,
        }
    return trace


def _hover(strand: Strand, point: Point) -> str:
    value = TEXTS[point.metric.unit](point.value)
    lines = [
        f"{plain(strand.label)}: {value}{' (doubtful)' if point.doubtful else ''}",
        f"{point.run.measured_at[:16]}, {plain(point.run.revision or 'revision unknown', LONGEST)}",
        *([f"{point.seeds} seed{'' if point.seeds == 1 else 's'}"] if point.seeds else []),
        *(plain(one.text, LONGEST) for one in strand.apart),
    ]
    return "<br>".join(lines)


def _ticks(runs: tuple[Found, ...]) -> dict[str, Any]:
    places = range(len(runs))
    if len(runs) > MOST_TICKS:
        return {"tickvals": [], "range": [-0.5, len(runs) - 0.5]}
    texts = [plain(run.revision[:8] or "?", 10) for run in runs]
    return {"tickvals": list(places), "ticktext": texts, "range": [-0.5, len(runs) - 0.5]}


def _title(key: Key) -> str:
    name, batch = key
    return BY_NAME[name].title + (f", batch {batch:g}" if batch else "")
