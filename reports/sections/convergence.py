"""What reaching a target costs, who gets there first, and how often."""

from __future__ import annotations

import math
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Part, Section, Table
from reports.figures.profiles import profiles as profiles_figure
from reports.sections.ranking import name_cell, suite_looks


def convergence(tables: Tables) -> Section | None:
    """Cost to each target, with censoring."""
    if not len(tables.convergence):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Target"),
        Column(
            "Rank", "by time", "By median training time to this target; sort by another column for its rank."
        ),
        Column("Reached", "seeds"),
        Column("Epochs", "median"),
        Column("Training time", "median", "Training alone, evaluation excluded."),
        Column("Training FLOPs", "median", "Forward and backward."),
        Column("To the fastest", "times"),
        Column("Mean time", "", "Only where every seed reached the target."),
        Column("Time of each seed", "in the order of seeds", numeric=False),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(show.percent(row["target"], 0 if (100 * row["target"]) % 1 < 1e-9 else 1), row["target"]),
            Cell(show.count(row["rank"]), row["rank"]),
            Cell(f"{row['reached']} of {row['seeds']}", row["reached"]),
            median_cost(row, "epochs", lambda value: show.number(value, 0 if value % 1 == 0 else 1)),
            median_cost(row, "seconds", show.seconds),
            median_cost(row, "flops", show.si),
            Cell(show.ratio(row["times_fastest"]) if row["rank"] > 0 else show.ABSENT, row["times_fastest"]),
            Cell(show.ABSENT if math.isinf(row["seconds_mean"]) else show.seconds(row["seconds_mean"]),
                 row["seconds_mean"]),
            Cell(_each_seed(tables, row)),
        )
        for row in rows(tables.convergence.sort_values(["target", "seconds_median"], kind="stable"))
    )  # fmt: skip
    lead = (
        "Cost to the first evaluation on the test set at or above the target. A seed that never got there "
        "is censored: it counts as more than its budget and is never dropped, so a median can read "
        "\u201c> budget\u201d. Ranked by the median time to each target."
    )
    parts: list[Part] = [Table("table-convergence", columns, body)]
    if tables.convergence["target"].nunique() > 1:
        parts += _profiles(tables)
    return Section("convergence", "Convergence", lead, tuple(parts))


def _profiles(tables: Tables) -> list[Part]:
    """How often each architecture is within a factor of the cheapest, over all targets."""
    caption = (
        "Performance profile (Dolan & Mor\u00e9 2002): the share of targets that an architecture reaches at "
        "no more than so many times the median cost of the one that reaches it cheapest. Higher is better; a "
        "target that is never reached stays missing."
    )
    return [Figure("figure-profiles", caption, profiles_figure(tables, suite_looks(tables)))]


def _each_seed(tables: Tables, row: dict[str, Any]) -> str:
    """Seconds of each seed; of a censored one, more than its budget."""
    seeds = where(tables.convergence_by_seed, label=row["label"], target=row["target"])
    return ", ".join(
        f"{'' if seed['reached'] else '> '}{show.seconds(seed['seconds'])}" for seed in rows(seeds)
    )


def median_cost(row: dict[str, Any], axis: str, text: Any) -> Cell:
    """The median along an axis (epochs, seconds or flops), or the budget that it exceeds."""
    median = row[f"{axis}_median"]
    if math.isinf(median):
        return Cell(f"> {text(row[f'{axis}_budget'])}", median, tone="unsure")
    return Cell(text(median), median)
