"""Time of each layer beside its MACs, as shares of the network, switched by architecture."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports.figures.spec import Columns, Trace, axis, figure, plain, short, switch
from reports.format import ratio
from reports.palette import Look

MOST = 20
"""Layers shown, those that take the most time; the rest are added up in one row."""

BAR = 26
"""Pixels of height for each layer."""


ROOM = 0.14
"""Beyond the longest bar, as its share: where the slowness of a layer is written."""


def layer_bars(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """Paired bars in the order of the network; a layer that is slow for its arithmetic says how much."""
    columns = Columns()
    traces: list[Trace] = []
    options: list[tuple[str, str, dict[str, Any]]] = []
    for label in tables.labels:
        layers = where(tables.layer_times, label=label)
        if len(layers):
            shown = rows(most_expensive(layers))
            look = looks[label]
            options.append((str(look.index), short(label), _layout(shown)))
            traces += _pair(columns, shown, look)
    layout = {
        "barmode": "group",
        "bargap": 0.35,
        "hovermode": "closest",
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    }
    first = options[0][2] if options else {}
    return figure(columns, traces, layout | first, [switch("network", "Layers of", options)])


def most_expensive(layers: pd.DataFrame) -> pd.DataFrame:
    """The layers that take the most time, in the order of the network, and what all others take together."""
    kept = layers["milliseconds"].rank(method="first", ascending=False) <= MOST
    if kept.all():
        return layers
    sums = layers[~kept][["forward_milliseconds", "backward_milliseconds", "milliseconds", "time_share",
                          "macs", "mac_share"]].sum()  # fmt: skip
    rest = {"layer": f"{(~kept).sum()} others", "type": "", "slow": False, **sums}
    return pd.concat([layers[kept], pd.DataFrame([rest])], ignore_index=True)


def _layout(shown: list[dict[str, Any]]) -> dict[str, Any]:
    count = len(shown)
    shares = [row[name] for row in shown for name in ("time_share", "mac_share")]
    longest = max(share for share in shares if math.isfinite(share))
    return {
        "xaxis": axis("Share of the network", tickformat=".0%", range=[0, (1 + ROOM) * longest]),
        "yaxis": {
            "tickvals": list(range(count)),
            "ticktext": [_tail(str(row["layer"])) for row in shown],
            "range": [count - 0.5, -0.5],
            "showgrid": False,
        },
        "height": 120 + BAR * count,
    }


def _pair(columns: Columns, shown: list[dict[str, Any]], look: Look) -> list[Trace]:
    shared: Trace = {
        "type": "bar",
        "orientation": "h",
        "when": {"network": str(look.index)},
        "y": list(range(len(shown))),
        "hovertext": [plain(f"{row['layer']} {row['type']}".strip(), 60) for row in shown],
    }
    time: Trace = {
        "name": "time, forward and backward",
        "x": columns.add(row["time_share"] for row in shown),
        "marker": {"color": look.color},
        "text": [ratio(row["slowness"]) if row["slow"] else "" for row in shown],
        "textposition": "outside",
        "constraintext": "none",
        "textfont": {"size": 11},
        "cliponaxis": False,
        "hovertemplate": "%{hovertext}<br>%{x:.1%} of the time<extra></extra>",
    }
    arithmetic: Trace = {
        "name": "MACs",
        "x": columns.add(row["mac_share"] for row in shown),
        "marker": {"color": "var(--quiet)"},
        "hovertemplate": "%{hovertext}<br>%{x:.1%} of the MACs<extra></extra>",
    }
    return [shared | time, shared | arithmetic]


def _tail(name: str, longest: int = 20) -> str:
    """The end of a long name, which tells layers apart."""
    return plain(name if len(name) <= longest else f"\u2026{name[1 - longest :]}")
