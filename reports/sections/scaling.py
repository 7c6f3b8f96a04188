"""What several processes that train together gain over one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Section, Table
from reports.sections.ranking import name_cell, suite_looks
from reports.sections.timings import verdict_cell

COLUMNS = (
    Column("Architecture", numeric=False),
    Column("Processes", "world size"),
    Column("Batch", "global", "Images of a training step, those of all processes together."),
    Column("Batch", "per device", "Images of a training step on each device."),
    Column("Together", "images/s", "All processes at the global batch."),
    Column(
        "One", "at global", "Images/s of the first process by itself at the global batch, the others idle."
    ),
    Column("One", "at share", "Images/s of the first process by itself at the batch per device."),
    Column("Speed-up", "with interval", "All over one at the same global batch."),
    Column("Strong", "efficiency", "Speed-up over the number of processes."),
    Column("Weak", "efficiency", "Together over so many times one at its share: what talking costs."),
    Column("Batch norm", "over", "What it takes its statistics over.", numeric=False),
    Column("Timing", "see timings", "Good, or doubtful: a certificate says why.", numeric=False),
)
BATCH_NORM = {"none": "has none", "synchronised": "global batch", "per process": "each share"}


def scaling(tables: Tables) -> Section | None:
    """Speed-up and efficiency; nothing where one process trained alone."""
    if not len(tables.distribution):
        return None
    drawn = suite_looks(tables)
    body = tuple(_row(row, name_cell(row["label"], drawn[row["label"]])) for row in rows(tables.distribution))
    backends = ", ".join(tables.distribution["backend"].unique())
    lead = (
        "Several processes trained each network together, each on its share of every batch, with gradients "
        f"averaged ({backends}). Training steps of all together and of one alone were timed in turns, in the "
        "same run, with the same threads for each process. All other speeds on this page are those of the "
        "first process by itself; seconds per epoch are those of all together."
    )
    return Section("scaling", "Scaling", lead, (Table("table-scaling", COLUMNS, body),))


def _row(row: dict[str, Any], name: Cell) -> tuple[Cell, ...]:
    timed = not show.absent(row["together"])
    return (
        name,
        Cell(show.count(row["world_size"]), row["world_size"]),
        Cell(show.count(row["global_batch_size"]), row["global_batch_size"]),
        Cell(str(row["device_batch_size"])),
        *(_known(row[key], show.rate) for key in ("together", "one_at_batch", "one_at_share")),
        _speedup(row),
        *(_known(row[key], _percent) for key in ("strong_efficiency", "weak_efficiency")),
        Cell(BATCH_NORM[row["batch_norm"]]),
        verdict_cell(row["verdict"]) if timed else Cell("not measured"),
    )


def _percent(fraction: float | None) -> str:
    return show.percent(fraction, 0)


def _known(value: float, written: Callable[[float | None], str]) -> Cell:
    return Cell(show.ABSENT) if show.absent(value) else Cell(written(value), value)


def _speedup(row: dict[str, Any]) -> Cell:
    gained = row["speedup"]
    if show.absent(gained):
        return Cell(show.ABSENT)
    return Cell(f"{gained:.2f} ({row['speedup_low']:.2f} to {row['speedup_high']:.2f})", gained)
