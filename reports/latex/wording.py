"""What the tables of a paper say alike: the experiment, intervals, seeds."""

from __future__ import annotations

import math
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Column

NAME = Column("Architecture", numeric=False)

INTERVALS = f"Mean over seeds {show.PLUS_MINUS} half the 95 % Student-t interval; one seed has none."


def ranked(tables: Tables) -> list[dict[str, Any]]:
    """Architectures, best mean test accuracy first, those without one last."""
    return sorted(
        rows(tables.summary),
        key=lambda row: (
            -row["test_accuracy"] if math.isfinite(row["test_accuracy"]) else math.inf,
            row["label"],
        ),
    )


def percent(row: dict[str, Any], name: str) -> str:
    """Mean and half its interval, the unit being in the heading."""
    text = show.percent_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])
    return text.removesuffix(f"{show.NARROW}%")


def seconds(row: dict[str, Any]) -> str:
    """Seconds of an epoch with half their interval, and a question mark where a timing is doubtful."""
    mean, low, high = (row[f"seconds_per_epoch{end}"] for end in ("", "_low", "_high"))
    doubt = " ?" if row["timings_doubtful"] else ""
    digits = 2 if mean >= 1 else 4
    half = "" if show.absent(low) else f" {show.PLUS_MINUS} {show.number((high - low) / 2, digits)}"
    return f"{show.number(mean, digits)}{half}{doubt}"


def seeds(row: dict[str, Any]) -> str:
    """Finished trials, and of how many where any is missing."""
    done, planned = row["seeds_done"], row["seeds_planned"]
    return str(done) if done == planned else f"{done} of {planned}"


def experiment(tables: Tables) -> str:
    """The title of the suite and its data, as the first sentence of a caption."""
    title = tables.suite.title.rstrip()
    data = tables.data.name if tables.data else tables.suite.dataset.name
    return f"{title}{'' if title.endswith(('.', '?', '!')) else '.'} Data set {data}."


def trials(tables: Tables) -> str:
    """How much of the plan has results, and on what it ran."""
    choices = tables.choices
    where = f", {choices.device_name}, {choices.precision}" if choices else ""
    return f"{tables.finished} of {len(tables.trials)} trials finished{where}."
