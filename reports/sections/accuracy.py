"""How well and how soon each architecture learned, and which differences hold."""

from __future__ import annotations

import math
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.drawings import Scale, interval
from reports.elements import Cell, Column, Figure, Section, Table
from reports.figures.curves import learning_curves as curves_figure
from reports.sections.ranking import name_cell, suite_looks

ACCURACIES = (
    "train_accuracy", "validation_accuracy", "test_accuracy", "selected_test_accuracy", "best_test_accuracy",
)  # fmt: skip


def learning_curves(tables: Tables) -> Section | None:
    """Accuracy and loss along training."""
    spec = curves_figure(tables, suite_looks(tables))
    if not spec["traces"]:
        return None
    caption = "Mean over seeds; the band spans the lowest to the highest seed. Dotted lines are targets."
    if tables.data and tables.data.validated_on_test:
        caption += " Test set used for validation."
    return Section(
        "curves", "Learning curves", "", (Figure("figure-curves", caption, spec), _accuracies(tables))
    )


def convergence(tables: Tables) -> Section | None:
    """Cost to each target, with censoring."""
    if not len(tables.convergence):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Target"),
        Column("Reached", "seeds"),
        Column("Epochs", "median"),
        Column("Training time", "median", "Training alone, evaluation excluded."),
        Column("Training FLOPs", "median", "Forward and backward."),
        Column("Mean time", "", "Only where every seed reached the target."),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(show.percent(row["target"], 0 if (100 * row["target"]) % 1 < 1e-9 else 1), row["target"]),
            Cell(f"{row['reached']} of {row['seeds']}", row["reached"]),
            _cost(row, "epochs", lambda value: show.number(value, 0 if value % 1 == 0 else 1)),
            _cost(row, "seconds", show.seconds),
            _cost(row, "flops", show.si),
            Cell(show.ABSENT if math.isinf(row["seconds_mean"]) else show.seconds(row["seconds_mean"]),
                 row["seconds_mean"]),
        )
        for row in rows(tables.convergence)
    )  # fmt: skip
    lead = (
        "Cost to the first evaluation on the test set at or above the target. A seed that never got there "
        "is censored: it counts as more than its budget and is never dropped, so a median can read "
        "\u201c> budget\u201d."
    )
    return Section("convergence", "Convergence", lead, (Table("table-convergence", columns, body),))


def differences(tables: Tables) -> Section | None:
    """Every pair of architectures, paired by seed."""
    if not len(tables.differences):
        return None
    drawn = suite_looks(tables)
    table = rows(tables.differences)
    scale = Scale.over([0.0, *(row[key] for row in table for key in ("difference", "low", "high"))])
    columns = (
        Column("First", numeric=False),
        Column("Second", numeric=False),
        Column("Difference", "points", "First minus second, last epoch, paired by seed."),
        Column("95 % interval", "points"),
        Column("Verdict", numeric=False),
        Column("Effect size", "d", "Mean over standard deviation of the paired differences."),
        Column("Seeds", "common"),
        Column("Seeds to resolve", "estimate",
               "Seeds whose interval would exclude zero if mean and spread stay as observed."),
    )  # fmt: skip
    body = tuple(
        (
            name_cell(row["first"], drawn[row["first"]]),
            name_cell(row["second"], drawn[row["second"]]),
            Cell(show.points(row["difference"]), row["difference"],
                 graphic=interval(scale, row["difference"], (row["low"], row["high"]))),
            Cell(show.points_range(row["low"], row["high"]), _ends(row["low"], row["high"])),
            _verdict(row),
            Cell(show.number(row["effect_size"], 1), row["effect_size"]),
            Cell(show.count(row["seeds"]), row["seeds"]),
            Cell(show.count(row["seeds_needed"]), row["seeds_needed"]),
        )
        for row in table
    )  # fmt: skip
    lead = (
        "Test accuracy of the last epoch, first minus second, compared seed by seed. An interval that "
        "contains zero means that these seeds cannot tell the two apart. Each interval stands for its pair "
        "alone."
    )
    return Section("differences", "Differences", lead, (Table("table-differences", columns, body),))


def _accuracies(tables: Tables) -> Table:
    """Last, selected and best epoch side by side, and the gap that selection on the test set opens."""
    drawn = suite_looks(tables)
    on_test = tables.data is not None and tables.data.validated_on_test
    columns = (
        Column("Architecture", numeric=False),
        Column("Train", "last epoch"),
        Column("Validation", "test set used for validation" if on_test else "last epoch"),
        Column("Test", "last epoch"),
        Column("Test", "validation-selected"),
        Column("Test", "best epoch, selected on the test set"),
        Column("Optimism", "points", "Best epoch minus validation-selected (or last) epoch."),
        Column("Test loss", "nats"),
        Column("Area", "under the curve", "Mean height of the test accuracy curve over epochs."),
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            *(Cell(show.percent_interval(row[name], row[f"{name}_low"], row[f"{name}_high"]), row[name])
              for name in ACCURACIES),
            Cell(show.points(row["optimism"]), row["optimism"]),
            Cell(show.number(row["test_loss"], 4), row["test_loss"]),
            Cell(show.percent(row["area_under_curve"]), row["area_under_curve"]),
        )
        for row in rows(tables.summary)
    )  # fmt: skip
    return Table(
        "table-accuracies", columns, body, "Means over seeds with 95 % Student-t intervals, in percent."
    )


def _cost(row: dict[str, Any], axis: str, text: Any) -> Cell:
    median = row[f"{axis}_median"]
    if math.isinf(median):
        return Cell(f"> {text(row[f'{axis}_budget'])}", median, tone="unsure")
    return Cell(text(median), median)


def _ends(low: float, high: float) -> str:
    """Both ends, for copying; the low one sorts."""
    return "" if math.isnan(low) else f"{low!r} {high!r}"


def _verdict(row: dict[str, Any]) -> Cell:
    if row["verdict"] == "indistinguishable":
        return Cell("indistinguishable", tone="unsure")
    if row["verdict"] == "unknown":
        return Cell("one seed, no interval", tone="quiet")
    return Cell("first is higher" if row["verdict"] == "first" else "second is higher", tone="good")
