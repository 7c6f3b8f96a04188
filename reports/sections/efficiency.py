"""How much of the device each architecture uses, and how much memory it takes."""

from __future__ import annotations

import math
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Section, Table
from reports.figures.roofline import roofline
from reports.sections.ranking import name_cell, suite_looks
from reports.sections.timings import TIMING, verdict_cell

CAPTION = (
    "The line is what the device allows: left of its bend memory is the limit, right of it the matrix units. "
    "A point far below it loses time elsewhere. Of hollow ones the timing is doubtful."
)


def efficiency(tables: Tables) -> Section | None:
    """MFU, bandwidth and the roofline."""
    if not len(tables.efficiency):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Mode", numeric=False),
        Column("Batch size"),
        Column("FLOP/s", "achieved", "FLOPs of an image x images per second."),
        Column("MFU", "", "FLOP/s achieved, of the peak of matrix products on the same device."),
        Column("Intensity", "FLOPs/byte", "FLOPs for each byte that must at least move."),
        Column("Bound by", numeric=False),
        Column("Of the roof", "", "FLOP/s achieved, of what the roofline allows at this intensity."),
        Column("Bandwidth", "", "Bytes that must move a second, of the peak. Above 100 % caches serve them."),
        TIMING,
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(row["mode"]),
            Cell(show.count(row["batch_size"]), row["batch_size"]),
            Cell(show.si(row["flops_per_second"]), row["flops_per_second"]),
            Cell(show.percent(row["mfu"], 1), row["mfu"]),
            Cell(show.number(row["intensity"], 1), row["intensity"]),
            Cell(row["bound"]),
            Cell(show.percent(row["attainable_share"], 1), row["attainable_share"]),
            Cell(show.percent(row["bandwidth_share"], 1), row["bandwidth_share"]),
            verdict_cell(row["verdict"]),
        )
        for row in rows(tables.efficiency)
    )
    spec = roofline(tables, drawn)
    figures = (Figure("figure-roofline", CAPTION, spec),) if spec["traces"] else ()
    parts = (*figures, Table("table-efficiency", columns, body))
    return Section("efficiency", "Efficiency", _lead(tables), parts)


def memory(tables: Tables) -> Section | None:
    """Peak memory and what it consists of; the largest batch."""
    if not len(tables.memory):
        return None
    drawn = suite_looks(tables)
    searched = bool(tables.memory[["largest_batch", "largest_batch_reason"]].notna().any().any())
    columns = (
        Column("Architecture", numeric=False),
        Column("Mode", numeric=False),
        Column("Batch size", "", "Of the recipe."),
        Column("Peak", "bytes"),
        Column("Weights", "bytes", "Parameters and buffers."),
        Column("Gradients", "bytes"),
        Column("Optimiser", "bytes", "State, for example the moments of Adam."),
        Column("Activations", "and workspace", "The rest of the peak, without the batch itself."),
        *((Column("Largest batch", "that fits", "Tried twice, each time in a process of its own."),)
          if searched else ()),
    )  # fmt: skip
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(row["mode"]),
            Cell(show.count(row["batch_size"]), row["batch_size"]),
            _peak(row),
            *(
                Cell(show.size(value), value)
                for value in (
                    row["params_bytes"] + row["buffers_bytes"],
                    row["gradients_bytes"],
                    row["optimizer_bytes"],
                    row["activations_bytes"],
                )
            ),
            *((_largest(row),) if searched else ()),
        )
        for row in rows(tables.memory)
    )
    lead = (
        "Most memory in use at a time in a fresh process that holds the network and one batch, without data "
        "sets and libraries: tensors on CUDA, growth of the resident set on a CPU."
    )
    if searched:
        lead += " The largest batch is a measurement of its own: nothing above was trained with it."
    return Section("memory", "Memory", lead, (Table("table-memory", columns, body),))


def _lead(tables: Tables) -> str:
    first = rows(tables.efficiency)[0]
    flops, traffic = (show.si(first[f"peak_{what}_per_second"]) for what in ("flops", "bytes"))
    return (
        f"Measured in the same run: {flops}FLOP/s in matrix products ({first['precision']}) and {traffic}B/s "
        "between memory and processor, reads and writes. Bytes that must move are a model: inputs and "
        "outputs of the layers with MACs once an image, their weights once a batch; three times in training."
    )


def _peak(row: dict[str, Any]) -> Cell:
    if isinstance(row["reason"], str):
        return Cell(row["reason"], math.nan, tone="bad")
    return Cell(show.size(row["peak_bytes"]), row["peak_bytes"])


def _largest(row: dict[str, Any]) -> Cell:
    """A figure, "at least" one where the search ended at its limit, or why there is none."""
    if isinstance(row["largest_batch_reason"], str):
        return Cell(row["largest_batch_reason"], math.nan, tone="bad")
    value = row["largest_batch"]
    text = show.count(value)
    open_ended = not show.absent(value) and show.absent(row["smallest_unfit"])
    return Cell(f"at least {text}" if open_ended else text, value)
