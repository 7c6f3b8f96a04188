"""Curves of trials that did not end well: thin, single, ending in a cross."""

from __future__ import annotations

import itertools

import numpy as np

from bench.analysis.frames import groups
from bench.analysis.tables import Tables
from reports.figures.curve_axes import AGAINST, METRICS, SPLITS
from reports.figures.spec import Columns, Trace, plain
from reports.palette import Look

CROSS = 10
"""Pixels."""


def unfinished_curves(tables: Tables, looks: dict[str, Look], columns: Columns) -> list[Trace]:
    """One line a trial that failed, diverged or was interrupted, up to its last epoch."""
    traces: list[Trace] = []
    curves = tables.epochs[tables.epochs["status"] != "done"]
    for (label, seed, status), curve in groups(curves, "label", "seed", "status"):
        look, name = looks[label], f"{plain(label)} seed {seed}, {status}"
        xs = {against: columns.add(curve[column]) for against, column in AGAINST.items()}
        for split, metric in itertools.product(SPLITS, METRICS):
            values = curve[f"{split}_{metric}"].to_numpy(float)
            known = np.flatnonzero(np.isfinite(values))
            if not len(known):
                continue
            shared = _line(look, name) | {"y": columns.add(values)}
            shared["marker"] |= {"size": [CROSS if place == known[-1] else 0 for place in range(len(values))]}
            traces += [
                shared | {"x": x, "when": {"metric": metric, "split": split, "against": against}}
                for against, x in xs.items()
            ]
    return traces


def _line(look: Look, name: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "arch": look.index,
        "name": name,
        "line": {"color": look.color, "width": 1, "dash": look.dash},
        "marker": {"color": look.color, "symbol": "x"},
        "hovertemplate": "%{y:.4g}",
    }
