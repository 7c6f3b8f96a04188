"""The sections of a comparison: one a group of metrics, with thresholds before and the evidence behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from bench.analysis.comparison import Comparison, Finding, Row
from bench.analysis.comparison.metrics import Group
from reports import format as show
from reports.compare import figures
from reports.compare.cells import brief, doubted, drawn, verdict_cell
from reports.compare.evidence import claims, conditions, thresholds
from reports.elements import Cell, Column, Section, Table
from reports.palette import Look

LEADS: dict[Group, str] = {
    "counts": "Counts are exact. More of them is neither better nor worse; any change is named.",
    "accuracy": "Means over seeds; differences of fractions in points (pt). Paired by seed where seeds and "
    "splits are the same in both runs, else Welch's interval. One seed has no interval.",
    "convergence": "What training cost until the first evaluation at or above the target. Where a trial "
    "never got there, medians are shown, in brackets how many did, and the verdict is that of a sign test.",
    "speed": "Throughputs have the interval of a repeated measurement, seconds per epoch that of Welch over "
    "trials; latencies have none. With a question mark, a certificate doubts one of the timings.",
    "memory": "Peaks of one measurement each; on a CPU they are uncertain by about a MiB.",
}  # fmt: skip


def sections(comparison: Comparison, findings: Iterable[Finding] = ()) -> list[Section]:
    """Thresholds, then one section a group of metrics, claims, conditions; empty ones are left out."""
    made = [thresholds(tuple(findings)), *(_group(comparison, group) for group in get_args(Group))]
    made += [claims(comparison), conditions(comparison)]
    return [section for section in made if section]


def _group(comparison: Comparison, group: Group) -> Section | None:
    mine = [row for row in comparison.rows if row.metric.group == group]
    if not mine:
        return None
    columns = (
        Column("Architecture", numeric=False),
        Column("Metric", numeric=False),
        Column("Verdict", numeric=False),
        Column("A"),
        Column("B"),
        Column("Difference", "B minus A"),
        Column("95 % interval", "of the difference"),
        Column("n", "A, B", "Seeds.", numeric=False),
        Column("Why", numeric=False),
    )
    look = drawn(comparison)
    body = tuple(_row(row, look[row.pair.label]) for row in mine)
    table = Table(f"table-{group}", columns, body)
    return Section(group, group.capitalize(), LEADS[group], (table,))


def _row(row: Row, look: Look) -> tuple[Cell, ...]:
    name = (Cell(row.pair.label, mark=look.mark), Cell(figures.title(row), row.name), verdict_cell(row))
    why = brief([*row.reasons, *row.unfinished, *doubted(row)])
    change, unit = row.change, row.metric.unit
    if change is None:
        return (*name, *(Cell(show.ABSENT, "") for _ in range(5)), Cell(why))
    return (
        *name,
        Cell(figures.estimate(unit, change.a), change.a.value),
        Cell(figures.estimate(unit, change.b), change.b.value),
        Cell(figures.with_share(unit, change), change.difference),
        Cell(figures.ends(unit, change), change.low),
        Cell(figures.seeds(row)),
        Cell(why or change.method),
    )
