"""Why to believe the numbers, and where not to: caveats, and published figures with their verdicts."""

from __future__ import annotations

import math
from typing import Any, Literal

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.drawings import Scale, interval
from reports.elements import NOTHING, Cell, Column, Notes, Section, Table
from reports.palette import Look
from reports.sections.ranking import name_cell, suite_looks

FRACTIONS = frozenset({"test_accuracy", "train_accuracy", "validation_accuracy"})

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
            Cell(row["metric"].replace("_", " ")),
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


def _text(metric: str, value: float) -> str:
    if metric in FRACTIONS:
        return show.percent(value)
    return show.number(value, 4) if metric == "test_loss" else show.count(value)


def _published(row: dict[str, Any]) -> str:
    text = _text(row["metric"], row["value"])
    if not row["tolerance"]:
        return text
    if row["metric"] in FRACTIONS:
        return f"{show.number(100 * row['value'])} {show.PLUS_MINUS} {show.percent(row['tolerance'])}"
    return f"{text} {show.PLUS_MINUS} {_text(row['metric'], row['tolerance'])}"


def _measured(row: dict[str, Any]) -> str:
    if row["metric"] in FRACTIONS:
        return show.percent_interval(row["measured"], row["low"], row["high"])
    text = _text(row["metric"], row["measured"])
    if math.isnan(row["low"]):
        return text
    return f"{text} {show.PLUS_MINUS} {_text(row['metric'], (row['high'] - row['low']) / 2)}"


def _drawing(row: dict[str, Any], drawn: dict[str, Look]) -> Any:
    """The measured interval over the band of tolerance; a count without tolerance needs no drawing."""
    if not row["tolerance"] and math.isnan(row["low"]):
        return NOTHING
    band = (row["value"] - row["tolerance"], row["value"] + row["tolerance"])
    scale = Scale.over([*band, row["measured"], row["low"], row["high"]])
    color = drawn[row["architecture"]].color
    return interval(scale, row["measured"], (row["low"], row["high"]), color=color, band=band)
