"""What a run says of itself in one row, and one row a suite from its newest run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from bench.analysis.history import Found
from bench.analysis.statistics import Interval, mean_interval
from bench.analysis.summary import static_facts
from bench.store import REPORT_FILE
from reports import format as show
from reports.elements import Cell, Column, Table

LINK = Markup('<a href="{}">{}</a>')


@dataclass(frozen=True)
class Headline:
    """The main figures of one architecture in one run."""

    label: str
    accuracy: Interval
    """Test accuracy of the last epoch, over seeds."""
    params: float
    speed: Interval
    """Images a second of training, over seeds."""


def headlines(run: Found) -> list[Headline]:
    """Every architecture of a run, in the order of its suite."""
    made = []
    for label in run.side.architectures:
        static = static_facts(label, run.side.outcomes)
        accuracy, speed = (
            mean_interval(run.values(label, name).values())
            for name in ("test_accuracy", "train_images_per_second")
        )
        made.append(Headline(label, accuracy, static.params if static else math.nan, speed))
    return made


def most_accurate(run: Found) -> Headline | None:
    """The architecture with the highest mean test accuracy; none before any was trained."""
    trained = [one for one in headlines(run) if math.isfinite(one.accuracy.mean)]
    return max(trained, key=lambda one: one.accuracy.mean) if trained else None


FIGURES = (
    Column("Test accuracy", "last epoch", "Mean over seeds with half its 95 % interval."),
    Column("Params"),
    Column("Training", "images/s", "Mean over seeds."),
)


def figures(one: Headline | None) -> tuple[Cell, ...]:
    """The cells of `FIGURES`."""
    if one is None:
        return tuple(Cell(show.ABSENT, math.nan) for _ in FIGURES)
    accuracy = show.percent_interval(one.accuracy.mean, one.accuracy.low, one.accuracy.high)
    return (
        Cell(accuracy, one.accuracy.mean),
        Cell(show.si(one.params), one.params),
        Cell(show.rate(one.speed.mean), one.speed.mean),
    )


def suites(of_suite: Mapping[str, tuple[Found, ...]]) -> Table:
    """One row a suite, with the figures of its newest run."""
    columns = (
        Column("Suite", numeric=False), Column("Title", numeric=False), Column("Runs"),
        Column("Newest", "UTC", numeric=False), Column("Report", numeric=False),
        Column("Best", "in the newest run", numeric=False), *FIGURES,
    )  # fmt: skip
    body = []
    for number, (name, runs) in enumerate(of_suite.items()):
        newest = runs[-1]
        best = most_accurate(newest)
        body.append((
            Cell("", name, mark=LINK.format(f"#{anchor(number)}", name)),
            Cell(newest.side.info.suite.title),
            Cell(str(len(runs)), len(runs)),
            when_cell(newest),
            report_cell(newest),
            Cell(best.label if best else show.ABSENT),
            *figures(best),
        ))  # fmt: skip
    return Table("suites", columns, tuple(body))


def anchor(number: int) -> str:
    """The name of a suite's section in the page."""
    return f"suite-{number}"


def when_cell(run: Found) -> Cell:
    """When the last of its trials ended."""
    return Cell(run.measured_at[:16].replace("T", " "), run.measured_at)


def report_cell(run: Found) -> Cell:
    """A relative link to its report, where there is one."""
    if not run.has_report:
        return Cell("none", "", tone="quiet")
    path = f"./{quote(run.place)}/{REPORT_FILE}"
    return Cell("", path, mark=LINK.format(path, "report"))


def trials_cell(run: Found) -> Cell:
    """How many finished, and what became of the others."""
    status = Counter(one.status for one in run.side.outcomes)
    done = status.pop("done", 0)
    others = "".join(f", {count} {name}" for name, count in status.items())
    text = f"{done} of {len(run.side.outcomes)}{others}"
    return Cell(text, done, tone="bad" if status else "")
