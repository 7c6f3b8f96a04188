"""Images per second with intervals, one bar an architecture, switched by mode and batch size."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.analysis.frames import groups, rows
from bench.analysis.tables import Tables
from reports.figures.rows import rows_of
from reports.figures.spec import Columns, Trace, axis, figure, plain, switch
from reports.palette import Look


def throughput_bars(tables: Tables, looks: dict[str, Look]) -> dict[str, Any]:
    """Median images per second with the 95 % interval of the median; largest batches first."""
    columns = Columns()
    traces: list[Trace] = []
    options: list[tuple[str, str, dict[str, Any]]] = []
    settings = sorted(groups(tables.throughput, "mode", "batch_size"), key=lambda entry: -entry[0][1])
    for (mode, size), group in settings:
        option = f"{mode}-{size}"
        options.append((option, f"{mode}, batch {size}", {"xaxis": {"range": [0, _far_enough(group)]}}))
        traces += [_bar(columns, row, option, tables, looks) for row in rows(group)]
    layout = {"xaxis": axis("Images per second"), **rows_of(tables.labels, gap=0.6)}
    return figure(columns, traces, layout, [switch("setting", "Setting", options)])


def _far_enough(group: pd.DataFrame) -> float:
    """The end of the axis: wide intervals are cut, lest they hide the bars; the table has them in full."""
    return float(1.05 * min(group["high"].max(), 1.5 * group["images_per_second"].max()))


def _bar(columns: Columns, row: dict[str, Any], option: str, tables: Tables, looks: dict[str, Look]) -> Trace:
    look = looks[row["label"]]
    speed = row["images_per_second"]
    return {
        "type": "bar",
        "orientation": "h",
        "when": {"setting": option},
        "arch": look.index,
        "name": plain(row["label"]),
        "x": columns.add([speed]),
        "y": [tables.labels.index(row["label"])],
        "marker": {"color": look.color, **hatching([row["verdict"]])},
        "error_x": {
            "type": "data",
            "array": columns.add([row["high"] - speed]),
            "arrayminus": columns.add([speed - row["low"]]),
            "color": "var(--ink)",
            "thickness": 1.4,
            "width": 4,
        },
        "hovertemplate": f"%{{fullData.name}}<br>%{{x:,.0f}} images/s<br>{row['verdict']}<extra></extra>",
    }


def hatching(verdicts: list[str]) -> dict[str, Any]:
    """Doubtful bars are hatched, so that they stand out in every theme and without colour."""
    shapes = ["/" if verdict == "doubtful" else "" for verdict in verdicts]
    pattern = {"shape": shapes, "size": 7, "solidity": 0.3, "fillmode": "overlay", "fgcolor": "var(--paper)"}
    return {"pattern": pattern} if any(shapes) else {}
