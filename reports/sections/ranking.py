"""The ranking: one row per architecture, best mean test accuracy first."""

from __future__ import annotations

import math
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.drawings import Scale, interval
from reports.elements import Cell, Column, Table
from reports.palette import Look, looks
from reports.sections.holes import hole_counts, hole_tone

DOUBTFUL = "With a question mark, the timing of some seed is doubtful."


def suite_looks(tables: Tables) -> dict[str, Look]:
    """Looks by place in the suite, so that a run of some architectures keeps their colours."""
    return looks(tuple(entry.label for entry in tables.suite.architectures))


def name_cell(label: str, look: Look) -> Cell:
    """An architecture with its marker."""
    return Cell(label, mark=look.mark)


def ranking(tables: Tables) -> Table:
    """What the first screen shows: accuracy with interval, then what it costs."""
    drawn = suite_looks(tables)
    entries = sorted(rows(tables.summary), key=lambda row: (_descending(row["test_accuracy"]), row["label"]))
    ends = [row[f"test_accuracy{end}"] for row in entries for end in ("", "_low", "_high")]
    scale = Scale.over(ends)
    selected = bool(tables.summary["selected_test_accuracy"].notna().any())
    columns = (
        Column("Architecture", numeric=False),
        Column("Test accuracy", "last epoch", _accuracy_note()),
        *((Column("Selected", "by validation", "The epoch with the best validation accuracy."),)
          if selected else ()),
        Column("Best", "by test", "Test accuracy of the epoch with the best test accuracy: optimistic, "
                                  "since it is selected on the test set."),
        Column("Params", "", "Unique trainable elements, a shared module counted once."),
        Column("MACs", "per image", "Of convolutions, linear layers, matrix products."),
        Column("Training", "an epoch", "Seconds of training alone, of the median epoch; mean over seeds. "
                                       + DOUBTFUL),
        Column("Training", "images/s", "Median over epochs, mean over seeds. " + DOUBTFUL),
        Column("Seeds", "done", "Finished of planned trials."),
    )  # fmt: skip
    body = tuple(_row(tables, row, drawn[row["label"]], scale, selected=selected) for row in entries)
    return Table("ranking", columns, body)


def _row(
    tables: Tables, row: dict[str, Any], look: Look, scale: Scale, *, selected: bool
) -> tuple[Cell, ...]:
    low, mean, high = (row[f"test_accuracy{end}"] for end in ("_low", "", "_high"))
    drawing = interval(scale, mean, (low, high), color=look.color)
    accuracy = Cell(show.percent_interval(mean, low, high), mean, graphic=drawing)
    by_validation = Cell(show.percent(row["selected_test_accuracy"]), row["selected_test_accuracy"])
    holes = hole_counts(tables, row["label"])
    seeds = f"{row['seeds_done']} of {row['seeds_planned']}" + (f": {holes}" if holes else "")
    return (
        name_cell(row["label"], look),
        accuracy,
        *((by_validation,) if selected else ()),
        Cell(show.percent(row["best_test_accuracy"]), row["best_test_accuracy"]),
        Cell(show.si(row["params"]), row["params"]),
        Cell(show.si(row["macs"]), row["macs"]),
        _timed(show.seconds(row["seconds_per_epoch"]), row, "seconds_per_epoch"),
        _timed(show.rate(row["train_images_per_second"]), row, "train_images_per_second"),
        Cell(seeds, row["seeds_done"], tone=hole_tone(tables, row["label"])),
    )


def _timed(text: str, row: dict[str, Any], column: str) -> Cell:
    """A mean over timings, marked where one of them is doubtful."""
    return Cell(f"{text} ?" if row["timings_doubtful"] else text, row[column])


def _accuracy_note() -> str:
    return (
        f"Mean over seeds {show.PLUS_MINUS} half the 95 % Student-t interval, in points; one seed has none."
    )


def _descending(value: float) -> float:
    """Sorts large values first and absent ones last."""
    return -value if math.isfinite(value) else math.inf
