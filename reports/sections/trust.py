"""Why to believe the numbers, and where not to: caveats, and published figures with their verdicts."""

from __future__ import annotations

import math
from typing import Any, Literal

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from bench.spec.claim import FRACTIONS
from reports import format as show
from reports.drawings import Scale, interval
from reports.elements import NOTHING, Cell, Column, Notes, Section, Table
from reports.palette import Look
from reports.sections.ranking import name_cell, suite_looks

TONES: dict[str, Literal["", "good", "bad", "unsure", "quiet"]] = {
    "reproduced": "good",
    "not reproduced": "bad",
    "inconclusive": "unsure",
    "not comparable": "quiet",
}


def caveats(tables: Tables) -> Section | None:
    """What to know before believing a difference."""
    if not len(tables.warnings):
        return None
    pairs = tuple((row["kind"], row["message"]) for row in rows(tables.warnings))
    return Section("caveats", "Read with care", "", (Notes(pairs),))


def claims(tables: Tables) -> Section | None:
    """Published figures against what was measured."""
    if not len(tables.claims):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Metric", numeric=False),
        Column("Published"),
        Column("Measured"),
        Column("Verdict", numeric=False),
        Column("n", "seeds"),
        Column("Why", numeric=False),
        Column("Source", numeric=False),
    )
    body = tuple(
        (
            name_cell(row["architecture"], drawn[row["architecture"]]),
            Cell(_metric(row)),
            Cell(_published(row), row["value"]),
            Cell(_measured(row), row["measured"], graphic=_drawing(row, drawn)),
            Cell(row["verdict"], tone=TONES[row["verdict"]]),
            Cell(show.count(row["seeds"]), row["seeds"]),
            Cell(row["reason"]),
            Cell(row["source"] or "no source given", tone="" if row["source"] else "quiet"),
        )
        for row in rows(tables.claims)
    )
    lead = (
        "Reproduced: the 95 % interval over seeds lies within the tolerance around the published figure. "
        "Not reproduced: the two do not meet. Inconclusive: it straddles the edge. Not comparable: other "
        "data, resolution, precision or protocol. One seed, and a count, is judged as a point."
    )
    return Section("claims", "Claims", lead, (Table("table-claims", columns, body),))


BOUNDS = {"about": "", "at_least": "\u2265\u202f", "at_most": "\u2264\u202f"}


def _metric(row: dict[str, Any]) -> str:
    """What the figure is: the metric, the class it is about, and the architecture it is set against."""
    text = str(row["metric"]).replace("_", " ").replace(" f1", " F1")
    if row["of_class"]:
        text += f" of {row['of_class']}"
    if row["relative_to"]:
        text += f", {'as a multiple of' if row['relation'] == 'ratio' else 'minus'} {row['relative_to']}"
    return text


def _text(row: dict[str, Any], value: float) -> str:
    """A figure in the metric's unit; a difference of fractions is in points, a ratio has none."""
    metric = str(row["metric"])
    if row["relation"] == "ratio":
        return f"{show.number(value, 3)}{show.TIMES}"
    if metric.endswith(FRACTIONS):
        return f"{show.points(value, signed=False)} points" if row["relation"] else show.percent(value)
    if metric.endswith("_loss"):
        return show.number(value, 4)
    return (
        show.number(value, 1) if metric in ("epochs_to_converge", "seconds_per_epoch") else show.count(value)
    )


def _published(row: dict[str, Any]) -> str:
    value = row["value"]
    text = _within(row, value, row["tolerance"]) if row["tolerance"] else _text(row, value)
    return BOUNDS[row["bound"]] + text


def _measured(row: dict[str, Any]) -> str:
    if math.isnan(row["low"]):
        return _text(row, row["measured"])
    return _within(row, row["measured"], (row["high"] - row["low"]) / 2)


def _within(row: dict[str, Any], value: float, margin: float) -> str:
    """A figure and how far to either side; of a fraction in points, as intervals are written."""
    if str(row["metric"]).endswith(FRACTIONS) and not row["relation"]:
        return show.percent_interval(value, value - margin, value + margin)
    return f"{_text(row, value)} {show.PLUS_MINUS} {_text(row, margin)}"


def _drawing(row: dict[str, Any], drawn: dict[str, Look]) -> Any:
    """The measured interval over the band of tolerance; a count without tolerance needs no drawing."""
    if not row["tolerance"] and row["bound"] == "about" and math.isnan(row["low"]):
        return NOTHING
    ends = (row["value"] - row["tolerance"], row["value"] + row["tolerance"])
    scale = Scale.over([*ends, row["measured"], row["low"], row["high"]])
    band = (
        scale.low if row["bound"] == "at_most" else ends[0],
        scale.high if row["bound"] == "at_least" else ends[1],
    )
    color = drawn[row["architecture"]].color
    return interval(scale, row["measured"], (row["low"], row["high"]), color=color, band=band)
