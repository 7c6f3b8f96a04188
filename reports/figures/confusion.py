"""Confusion matrices as heat maps, one at a time, or the difference of two."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports.figures.spec import Columns, Options, Trace, axis, figure, plain, short, switch

MOST_CLASSES = 20
"""With more classes a heat map can no longer be read."""

MOST_NUMBERS = 10
"""With more classes, the cells are too small for a number."""

MOST_PAIRED = 6
"""Up to so many architectures, each can be set against each; above, against the most accurate alone."""

NOTHING = "nothing"
STRENGTH = 0.55
"""How far towards the pure colour a full cell goes; numbers on it stay readable in both themes (4.5 : 1)."""

SHARES = [[0, "var(--paper)"], [1, "var(--a0)"]]
CHANGES = [[0, "var(--a1)"], [0.5, "var(--paper)"], [1, "var(--a0)"]]


def confusion(tables: Tables, classes: tuple[str, ...]) -> dict[str, Any]:
    """Share of each true class that was taken for each class; test set, seeds added.

    Args:
        tables: Their `confusion` holds the pairs that occur.
        classes: Names in label order, at most `MOST_CLASSES`.
    """
    shares = {
        label: _matrix(tables, label, len(classes))
        for label in tables.labels
        if (tables.confusion["label"] == label).any()
    }
    places = {label: str(tables.labels.index(label)) for label in shares}
    against = list(shares) if len(shares) <= MOST_PAIRED else [_most_accurate(tables, list(shares))]
    traces = []
    for label, share in shares.items():
        alone = {"of": places[label], "minus": NOTHING}
        traces.append(_heat_map(share, share > 0, alone, (0, 1)))
        for other in against:
            when = {"of": places[label], "minus": places[other]}
            change = 100 * (share - shares[other])
            largest = max(1.0, float(np.abs(change).max()))
            traces.append(_heat_map(change, (share > 0) | (shares[other] > 0), when, (-largest, largest)))
    ticks = {
        "tickvals": list(range(len(classes))),
        "ticktext": [plain(name, 14) for name in classes],
        "showgrid": False,
        "zeroline": False,
    }
    layout = {
        "xaxis": axis("Predicted", **ticks),
        "yaxis": axis("True", **ticks, autorange="reversed"),
        "hovermode": "closest",
        "height": 130 + 34 * len(classes),
    }
    of: Options = [(places[label], short(label), {}) for label in shares]
    minus: Options = [(NOTHING, "nothing", {}), *((places[label], short(label), {}) for label in against)]
    switches = [switch("of", "Show", of)]
    if len(shares) > 1:
        switches.append(switch("minus", "Minus", minus))
    return figure(Columns(), traces, layout, switches)


def _matrix(tables: Tables, label: str, classes: int) -> np.ndarray:
    """(true, predicted) shares of the true class."""
    matrix = np.zeros((classes, classes))
    for row in rows(where(tables.confusion, label=label)):
        if max(row["true"], row["predicted"]) < classes:  # heads may have more outputs than there are classes
            matrix[int(row["true"]), int(row["predicted"])] = row["share"]
    return matrix


def _heat_map(
    matrix: np.ndarray, occurs: np.ndarray, when: dict[str, str], ends: tuple[float, float]
) -> Trace:
    """Cells that occur; shares as percent, differences as points."""
    alone = when["minus"] == NOTHING
    number = "%{z:.0%}" if alone else "%{z:+.1f}"
    unit = "" if alone else " points"
    low, high = (end / STRENGTH for end in ends)
    return {
        "type": "heatmap",
        "when": when,
        "z": [
            [float(f"{value:.3g}") if shown else None for value, shown in zip(*line, strict=True)]
            for line in zip(matrix, occurs, strict=True)
        ],
        "colorscale": SHARES if alone else CHANGES,
        "zmin": low,
        "zmax": high,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "texttemplate": number if len(matrix) <= MOST_NUMBERS else "",
        "textfont": {"color": "var(--ink)"},
        "hoverongaps": False,
        "hovertemplate": f"%{{y}} taken for %{{x}}: {number}{unit}<extra></extra>",
    }


def _most_accurate(tables: Tables, labels: list[str]) -> str:
    accuracy = tables.summary.set_index("label")["test_accuracy"]
    return max(labels, key=lambda label: float(accuracy[label]))
