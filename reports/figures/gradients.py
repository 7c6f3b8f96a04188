"""Gradients over depth and along the first steps, and slices of the loss landscape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from bench.analysis.frames import where
from bench.analysis.tables import Tables
from reports.figures.spec import Columns, Trace, axis, figure, plain, short, switch
from reports.palette import Look

Options = list[tuple[str, str, dict[str, Any]]]

FIRST_STEP_METRICS = {
    "agreement": ("Agreement", "Cosine between successive gradients"),
    "gradient_norm": ("Gradient norm", "L2 norm of the gradient"),
    "loss": ("Loss", "Training loss (nats)"),
}
"""Name in the switch and on the axis, by column."""

CENTRE = 1e-6
"""Share of the span that counts as no step."""


def gradients_over_depth(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """One line an architecture: mean norm over seeds at each layer, with the range of the seeds."""
    columns = Columns()
    traces: list[Trace] = []
    moments = shown_epochs(tables.gradients)
    for label in tables.labels:
        for epoch in moments:
            rows = where(tables.gradients, label=label, epoch=epoch)
            rows = rows[rows["gradient_norm"] > 0]
            if len(rows):
                norms = rows.groupby("depth")["gradient_norm"]
                line = _line(columns, norms.mean(), label, looks[label], {"epoch": str(epoch)})
                if len(set(rows["seed"])) > 1:
                    traces += _band(columns, norms.min(), norms.max(), line, looks[label])
                traces.append(line)
    options: Options = [
        (str(epoch), "At initialisation" if epoch == 0 else f"After epoch {epoch}", {}) for epoch in moments
    ]
    layout = {
        "xaxis": axis("Layer, counted from the input", rangemode="tozero"),
        "yaxis": axis("L2 norm of the gradient", type="log", exponentformat="power"),
        "hovermode": "x unified",
    }
    return figure(columns, traces, layout, [switch("epoch", "Show", options)])


def first_steps(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """One line an architecture: mean over seeds at each training step."""
    columns = Columns()
    traces: list[Trace] = []
    for label in tables.labels:
        steps = where(tables.first_steps, label=label).groupby("step")
        for metric in FIRST_STEP_METRICS if len(steps) else ():
            means = steps[metric].mean().dropna()
            traces.append(_line(columns, means, label, looks[label], {"metric": metric}))
    options: Options = [
        (metric, name, {"yaxis": axis(title, type="log" if metric == "gradient_norm" else "linear")})
        for metric, (name, title) in FIRST_STEP_METRICS.items()
    ]
    layout = {"xaxis": axis("Training step", rangemode="tozero"), "yaxis": axis(""), "hovermode": "x unified"}
    return figure(columns, traces, layout, [switch("metric", "Show", options)])


def landscape(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """The slice through the trained weights along the first direction, one line an architecture."""
    columns = Columns()
    traces: list[Trace] = []
    for label in tables.labels:
        mine = where(tables.landscape, label=label)
        # Records written before the middle was exactly zero hold a rounding error in its place.
        line = mine[mine["y"].abs() <= CENTRE * mine["x"].abs().max()].set_index("x")["loss"]
        if len(line):
            traces.append(_line(columns, line, label, looks[label], {}))
    layout = {
        "xaxis": axis("Step along a random direction, in norms of each filter"),
        "yaxis": axis("Loss (nats)", type="log"),
        "hovermode": "x unified",
    }
    return figure(columns, traces, layout)


def planes(tables: Tables) -> dict[str, Any]:
    """Contours of the two-dimensional slices, one architecture at a time."""
    columns = Columns()
    traces: list[Trace] = []
    options: Options = []
    for number, label in enumerate(tables.labels):
        plane = where(tables.landscape, label=label)
        if plane["y"].nunique() < 2:
            continue
        grid = plane.pivot_table(index="y", columns="x", values="loss")
        options.append((str(number), short(label), {}))
        traces.append(
            {
                "type": "contour",
                "when": {"architecture": str(number)},
                "x": columns.add(grid.columns.to_numpy(float)),
                "y": columns.add(grid.index.to_numpy(float)),
                "z": [columns.add(row) for row in np.log10(grid.to_numpy(float).clip(1e-12))],
                "ncontours": 24,
                "colorscale": "Viridis",
                "colorbar": {"title": {"text": "log10 loss"}},
            }
        )
    layout = {"xaxis": axis("First direction"), "yaxis": axis("Second direction"), "height": 460}
    return figure(columns, traces, layout, [switch("architecture", "Show", options)])


def shown_epochs(gradients: pd.DataFrame) -> list[int]:
    """Initialisation, the first epoch, the middle and the end."""
    epochs = sorted({int(epoch) for epoch in gradients["epoch"]})
    return (
        sorted({epochs[place] for place in (0, min(1, len(epochs) - 1), len(epochs) // 2, -1)})
        if epochs
        else []
    )


def _line(columns: Columns, values: Any, label: str, look: Look, when: dict[str, str]) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": plain(label),
        "arch": look.index,
        "when": when,
        "x": columns.add(values.index.to_numpy(float)),
        "y": columns.add(values),
        "line": {"color": look.color, "width": 2, "dash": look.dash},
        "marker": {"color": look.color, "symbol": look.symbol, "size": 7, "maxdisplayed": 12},
        "hovertemplate": "%{y:.3g}",
    }


def _band(columns: Columns, low: Any, high: Any, line: Trace, look: Look) -> list[Trace]:
    shared = {key: line[key] for key in ("type", "x", "arch", "when")}
    edge = shared | {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fill = {"fill": "tonexty", "fillcolor": look.color, "band": True}
    return [edge | {"y": columns.add(low)}, edge | {"y": columns.add(high)} | fill]
