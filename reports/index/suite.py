"""One suite of an index: its history, its runs, and which of them cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.analysis.comparison.readings import Key
from bench.analysis.history import Found, Point, Strand, points, strands
from reports.elements import Cell, Column, Figure, Fold, Notes, Part, Section, Table
from reports.index.figure import history
from reports.index.overview import (
    FIGURES,
    anchor,
    figures,
    headlines,
    most_accurate,
    report_cell,
    trials_cell,
    when_cell,
)
from reports.palette import Look, looks
from reports.sections.ranking import name_cell

CAPTION = (
    "Runs in the order in which they were measured. Points that may be compared are joined; dotted and "
    "hollow are those that were measured under other conditions than the newest of the architecture. "
    "Whiskers are 95 % intervals, over seeds or of a repeated measurement; one seed has none."
)

MOST_NOTES = 12


def suite_section(number: int, name: str, runs: tuple[Found, ...]) -> Section:
    """Everything about the runs of one suite."""
    found = {key: strands(of) for key, of in points(runs).items()}
    drawn = looks(labels(runs))
    parts: list[Part] = []
    if found:
        spec = history(runs, found, drawn)
        parts.append(Figure(f"figure-{anchor(number)}", CAPTION, spec, legend=False))
    parts.append(_runs(number, runs, found))
    if apart := _apart(found):
        parts.append(apart)
    table = _architectures(number, runs, drawn)
    parts.append(Fold("Every architecture of every run", (table,)))
    titles = list(dict.fromkeys(run.side.info.suite.title for run in reversed(runs)))
    return Section(anchor(number), name, titles[0], tuple(parts))


def labels(runs: Sequence[Found]) -> tuple[str, ...]:
    """Architectures of a suite, those of its newest run first."""
    return tuple(dict.fromkeys(label for run in reversed(runs) for label in run.side.architectures))


def _runs(number: int, runs: tuple[Found, ...], found: Mapping[Key, list[Strand]]) -> Table:
    columns = (
        Column("Measured", "UTC", numeric=False), Column("Report", numeric=False),
        Column("Revision", "git", numeric=False), Column("Trials", "done"),
        Column("Conditions", "against the newest", numeric=False), Column("Best", numeric=False), *FIGURES,
        Column("Machine", numeric=False), Column("Precision", numeric=False), Column("Torch", numeric=False),
        Column("Folder", numeric=False),
    )  # fmt: skip
    body = []
    for run in reversed(runs):
        best = most_accurate(run)
        body.append((
            when_cell(run),
            report_cell(run),
            Cell(run.revision or "unknown"),
            trials_cell(run),
            _comparable(run, found),
            Cell(best.label if best else "\u2013"),
            *figures(best),
            *(Cell(_condition(run, found, name)) for name in ("device name", "precision", "torch")),
            Cell(run.place, tone="quiet"),
        ))  # fmt: skip
    return Table(f"table-{anchor(number)}", columns, tuple(body))


def _architectures(number: int, runs: tuple[Found, ...], drawn: dict[str, Look]) -> Table:
    columns = (
        Column("Measured", "UTC", numeric=False), Column("Revision", "git", numeric=False),
        Column("Architecture", numeric=False), *FIGURES, Column("Seeds", "done"),
    )  # fmt: skip
    body = tuple(
        (
            when_cell(run),
            Cell(run.revision or "unknown"),
            name_cell(one.label, drawn[one.label]),
            *figures(one),
            Cell(str(one.accuracy.n), one.accuracy.n),
        )
        for run in reversed(runs)
        for one in headlines(run)
    )
    return Table(f"table-architectures-{number}", columns, body)


def _of_run(run: Found, found: Mapping[Key, list[Strand]]) -> list[tuple[Strand, Point]]:
    return [
        (strand, point)
        for of_metric in found.values()
        for strand in of_metric
        for point in strand.points
        if point.run is run
    ]


def _condition(run: Found, found: Mapping[Key, list[Strand]], name: str) -> str:
    """A condition of the run's trials, as far as they agree."""
    values = [value for _, point in _of_run(run, found) for value in point.conditions.get(name, ())]
    return " and ".join(dict.fromkeys(values)) or "\u2013"


def _comparable(run: Found, found: Mapping[Key, list[Strand]]) -> Cell:
    """What keeps any figure of the run from being compared with the newest."""
    mine = _of_run(run, found)
    if not mine:
        return Cell("nothing measured", tone="quiet")
    names = dict.fromkeys(one.condition for strand, _ in mine for one in strand.apart)
    return Cell(f"other {', '.join(names)}", tone="unsure") if names else Cell("same")


def _apart(found: Mapping[Key, list[Strand]]) -> Notes | None:
    """Each difference in conditions once, with the architectures and metrics that it concerns."""
    concerned: dict[str, tuple[dict[str, None], dict[str, None], set[str]]] = {}
    for of_metric in found.values():
        for strand in of_metric:
            if strand.apart:
                text = "; ".join(one.text for one in strand.apart)
                names, metrics, places = concerned.setdefault(text, ({}, {}, set()))
                names[strand.label] = None
                metrics[strand.points[0].metric.title] = None
                places.update(point.run.place for point in strand.points)
    notes = [
        (f"{', '.join(names)}: {_runs_text(places)} apart in {', '.join(metrics)}", text)
        for text, (names, metrics, places) in concerned.items()
    ]
    if len(notes) > MOST_NOTES:
        left = len(notes) - MOST_NOTES
        notes = [*notes[:MOST_NOTES], ("More", f"{left} further differences in conditions; see the table.")]
    return Notes(tuple(notes)) if notes else None


def _runs_text(places: set[str]) -> str:
    return "1 run stands" if len(places) == 1 else f"{len(places)} runs stand"
