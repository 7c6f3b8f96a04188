"""What a comparison rests on and was asked: thresholds, claims, and the conditions that differ."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.comparison import Comparison, Finding
from bench.analysis.comparison.conditions import concerns
from bench.analysis.comparison.metrics import METRICS
from reports import format as show
from reports.compare import figures
from reports.compare.cells import TONES
from reports.elements import Cell, Column, Section, Table


def thresholds(findings: tuple[Finding, ...]) -> Section | None:
    """What `--fail-on` asked, and what came of it."""
    if not findings:
        return None
    columns = (
        Column("Threshold", numeric=False),
        Column("Architecture", numeric=False),
        Column("Metric", numeric=False),
        Column("Difference", "B minus A"),
        Column("Outcome", numeric=False),
        Column("Passed", numeric=False),
        Column("Why", numeric=False),
    )
    body = tuple(
        (
            Cell(one.threshold), Cell(one.label), Cell(one.name), _judged(one), Cell(one.outcome),
            Cell("yes", tone="good") if one.passed else Cell("no", tone="bad"), Cell(one.reason),
        )
        for one in findings
    )  # fmt: skip
    lead = (
        "A difference beyond its threshold fails unless its interval contains zero. What is missing, gone, "
        "unfinished or not comparable fails."
    )
    return Section("thresholds", "Thresholds", lead, (Table("table-thresholds", columns, body),))


def finding_line(finding: Finding) -> str:
    """One finding for a log, with the difference where there is one."""
    size = _judged(finding).text
    outcome = finding.outcome if size == show.ABSENT else f"{finding.outcome}, {size}"
    return f"{finding.threshold}: {finding.label} {finding.name}: {outcome}; {finding.reason}"


def _judged(finding: Finding) -> Cell:
    row = finding.row
    if row is None or row.change is None:
        return Cell(show.ABSENT, "")
    unit, found = row.metric.unit, row.change
    return Cell(figures.with_unit(unit, figures.with_share(unit, found)), found.difference)


def claims(comparison: Comparison) -> Section | None:
    """Verdicts on published figures, in both runs."""
    if not comparison.claims:
        return None
    titles = ("Architecture", "Claim", "A", "B", "Verdict", "Why")
    body = tuple(
        (Cell(one.label), Cell(one.about), Cell(one.a or show.ABSENT), Cell(one.b or show.ABSENT),
         Cell(one.verdict, tone=TONES[one.verdict]), Cell(one.reason))
        for one in comparison.claims
    )  # fmt: skip
    columns = tuple(Column(title, numeric=False) for title in titles)
    lead = "The verdict of each run on the figures that its suite claims."
    return Section("claims", "Claims", lead, (Table("table-claim-changes", columns, body),))


def conditions(comparison: Comparison) -> Section | None:
    """What was not the same in both runs."""
    found = list(_differing(comparison))
    if not found:
        return None
    titles = ("Condition", "A", "B", "Bears on", "Architectures")
    body = tuple(tuple(map(Cell, line)) for line in found)
    columns = tuple(Column(title, numeric=False) for title in titles)
    lead = (
        "What is not the same in both runs. A metric that depends on such a condition is not comparable; its "
        "row names it."
    )
    return Section("conditions", "Conditions that differ", lead, (Table("table-conditions", columns, body),))


def _differing(comparison: Comparison) -> Iterator[tuple[str, str, str, str, str]]:
    """Condition, both values, what depends on it, and the architectures for which it differs so."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for pair, departures in comparison.departures:
        for one in departures:
            found.setdefault((one.condition, one.a, one.b), []).append(pair.label)
    for key, labels in found.items():
        yield (*key, _concerned(key[0]), "all" if len(labels) == len(comparison.pairs) else ", ".join(labels))


def _concerned(condition: str) -> str:
    """The groups of metrics that a condition makes incomparable."""
    groups = dict.fromkeys(one.group for one in METRICS if concerns(one.matters, condition))
    return ", ".join(groups) or "nothing by itself"
