"""A treemap of each network: blocks as large as their params or MACs, as dark as the other of the two."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports.figures.confusion import SHARES, STRENGTH
from reports.figures.spec import Columns, Options, Trace, figure, plain, switch

MOST_NODES = 400
"""Above it, the deepest blocks are left out; the table of layers has them."""

LEVELS = 4
"""Levels drawn at once, the network itself included; a press on a block opens those below it."""

SIZES = {"params": ("Params", "macs"), "macs": ("MACs", "params")}
"""By column: what it is called, and the column that darkens."""


def block_map(tables: Tables) -> dict[str, Any]:
    """One treemap a network and size; every block carries its share of the network."""
    traces: list[Trace] = []
    options: Options = []
    for number, label in enumerate(tables.labels):
        nodes = _few(where(tables.blocks, label=label))
        drawn = [_trace(nodes, label, size, str(number)) for size in SIZES if nodes[size].sum() > 0]
        if drawn:
            options.append((str(number), label, {}))
            traces += drawn
    sizes: Options = [(size, title, {}) for size, (title, _) in SIZES.items()]
    layout = {"height": 420, "margin": {"l": 0, "r": 0, "t": 4, "b": 0}}
    return figure(
        Columns(), traces, layout, [switch("size", "Size", sizes), switch("network", "Of", options)]
    )


def _few(nodes: pd.DataFrame) -> pd.DataFrame:
    """All nodes, or those of so many levels that they can be drawn; never less than the first."""
    deepest = int(nodes["level"].max()) if len(nodes) else 1
    while deepest > 1 and (nodes["level"] <= deepest).sum() > MOST_NODES:
        deepest -= 1
    return nodes[nodes["level"] <= deepest]


def _trace(nodes: pd.DataFrame, label: str, size: str, number: str) -> Trace:
    other = SIZES[size][1]
    top = nodes[nodes["level"] == 1]
    total, others = float(top[size].sum()), float(top[other].sum()) or 1.0
    kept = rows(nodes[nodes[size] > 0])
    shares = [row[other] / others for row in kept]
    return {
        "type": "treemap",
        "when": {"size": size, "network": number},
        "ids": ["/", *(f"/{row['block']}" for row in kept)],
        "parents": ["", *(f"/{row['parent']}" for row in kept)],
        "labels": [plain(label), *(_label(row, size, total) for row in kept)],
        "values": [total, *(row[size] for row in kept)],
        "hovertext": [plain(label, 60), *(_hover(row) for row in kept)],
        "branchvalues": "total",
        "sort": False,
        "maxdepth": LEVELS,
        "tiling": {"pad": 2},
        "pathbar": {"textfont": {"color": "var(--ink)"}},
        "marker": {
            "colors": [0, *(float(f"{share:.3g}") for share in shares)],
            "colorscale": SHARES,
            "cmin": 0,
            "cmax": max([*shares, 1e-9]) / STRENGTH,
            "line": {"width": 1, "color": "var(--quiet)"},
        },
        "textfont": {"color": "var(--ink)"},
        "texttemplate": "%{label}",
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _label(row: dict[str, Any], size: str, total: float) -> str:
    """Name and share; on one line for a block, since plotly leaves no room for two above what it holds."""
    parts = str(row["block"]).split(".")
    name = ".".join(parts[-2:]) if parts[-1].isdecimal() else parts[-1]
    return f"{plain(name)}{' ' if row['type'] == 'block' else '<br>'}{row[size] / total:.1%}"


def _hover(row: dict[str, Any]) -> str:
    """Name and exact sums."""
    kind = f"{row['layers']:.0f} layers" if row["type"] == "block" else str(row["type"])
    name = plain(f"{row['block']} ({kind})", 60)
    return f"{name}<br>{row['params']:,.0f} params<br>{row['macs']:,.0f} MACs"
