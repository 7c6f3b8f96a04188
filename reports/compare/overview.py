"""The first table of a comparison: one row an architecture."""

from __future__ import annotations

from bench.analysis.comparison import Comparison, Row
from reports import format as show
from reports.compare import figures
from reports.compare.cells import CLEAR, LEVEL, drawn
from reports.drawings import Scale, interval
from reports.elements import Cell, Column, Table
from reports.palette import Look

OPEN = ("not comparable", "missing", "no interval")
"""Verdicts that leave open what happened."""


def overview(comparison: Comparison) -> Table:
    """What is better, worse or changed in each architecture, how much is level, and how much is open."""
    columns = (
        Column("Architecture", numeric=False),
        Column("Test accuracy", "last epoch, B minus A"),
        *(Column(verdict.capitalize(), numeric=False) for verdict in CLEAR),
        Column("Level", "unchanged or indistinguishable"),
        Column("Open", numeric=False),
    )
    look = drawn(comparison)
    accuracies = {row.pair: row for row in comparison.rows if row.metric.name == "test_accuracy"}
    scale = Scale.over([0.0, *(end for row in accuracies.values() for end in _drawable(row))])
    body = []
    for pair in comparison.pairs:
        mine, looks = [row for row in comparison.rows if row.pair == pair], look[pair.label]
        body.append(
            (
                Cell(pair.label, mark=looks.mark),
                _accuracy(accuracies.get(pair), scale, looks),
                *(_named(mine, verdict) for verdict in CLEAR),
                Cell(str(level := sum(row.verdict in LEVEL for row in mine)), level),
                _open(mine),
            )
        )
    for label in (*comparison.gone, *comparison.new):
        where = "A" if label in comparison.gone else "B"
        alone = Cell(f"{label} (in {where} alone)", mark=look[label].mark)
        body.append((alone, *(Cell(show.ABSENT, "") for _ in columns[1:])))
    return Table("table-overview", columns, tuple(body))


def _drawable(row: Row) -> tuple[float, ...]:
    """Difference and interval, where they may be held against those of others."""
    change = row.change
    if change is None or row.verdict == "not comparable":
        return ()
    return change.difference, change.low, change.high


def _accuracy(row: Row | None, scale: Scale, look: Look) -> Cell:
    if row is None:
        return Cell(show.ABSENT, "")
    parts = _drawable(row)
    if not parts:
        return Cell(row.verdict, "")
    middle, low, high = parts
    drawing = interval(scale, middle, (low, high), color=look.color)
    return Cell(figures.difference(row.metric.unit, middle), middle, graphic=drawing)


def _open(rows: list[Row]) -> Cell:
    """How many figures have no verdict, and for which kind of reason."""
    counts = [f"{number} {one}" for one in OPEN if (number := sum(row.verdict == one for row in rows))]
    return Cell(", ".join(counts), tone="unsure") if counts else Cell(show.ABSENT, "", tone="quiet")


def _named(rows: list[Row], verdict: str) -> Cell:
    names = [figures.title(row) for row in rows if row.verdict == verdict]
    return Cell("; ".join(names)) if names else Cell(show.ABSENT, "", tone="quiet")
