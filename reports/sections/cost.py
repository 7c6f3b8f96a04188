"""What each architecture costs: counts, layers, and measured speed."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Fold, Section, Table
from reports.figures.speed import throughput_bars
from reports.sections.ranking import name_cell, suite_looks

COUNTS = (
    ("params", Column("Params", "trainable", "Unique trainable elements, a shared module counted once.")),
    ("params_body", Column("Body", "params", "Params without the classifier head.")),
    ("params_frozen", Column("Frozen", "elements", "Elements that need no gradient.")),
    ("buffers", Column("Buffers", "elements", "For example running statistics; not params.")),
    ("macs", Column("MACs", "per image", "Convolutions, linear layers and matrix products, at every call.")),
    ("flops", Column("FLOPs", "per image", "2 x MACs.")),
    ("flops_train", Column("FLOPs", "forward + backward", "Of one image, by torch's own counter.")),
    ("activations", Column("Activations", "per image", "Output elements of convolutions and linear layers.")),
)


def cost(tables: Tables) -> Section:
    """Exact counts, and where in the network they arise."""
    drawn = suite_looks(tables)
    columns = (Column("Architecture", numeric=False), *(column for _, column in COUNTS))
    body = tuple(
        (name_cell(row["label"], drawn[row["label"]]),
         *(Cell(show.count(row[name]), row[name]) for name, _ in COUNTS))
        for row in rows(tables.summary)
    )  # fmt: skip
    folds = tuple(
        Fold(f"Layers of {label}", (_layers(tables, label, number),), drawn[label].mark)
        for number, label in enumerate(tables.labels)
        if len(where(tables.layers, label=label))
    )
    lead = "Counts are exact, per image of the size that was trained on. FLOPs are 2 \u00d7 MACs."
    return Section("cost", "Cost", lead, (Table("table-cost", columns, body), *folds))


def throughput(tables: Tables) -> Section | None:
    """Images per second, with the conditions they hold under."""
    if not len(tables.throughput):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Mode", numeric=False),
        Column("Batch size"),
        Column("Images/s", "median"),
        Column("95 % interval", "images/s", "Of the median over blocks, by order statistics."),
        Column("Time", "a step or pass"),
        Column("Drift", "last to first quarter"),
        Column("Blocks", "x steps"),
        Column("Load", "before", "One-minute load average of the machine before the measurement."),
    )
    body = tuple(_speed(row, name_cell(row["label"], drawn[row["label"]])) for row in rows(tables.throughput))
    caption = "Median of timed blocks after warm-up; whiskers are the 95 % interval of the median."
    figure = Figure("figure-throughput", caption, throughput_bars(tables, drawn), legend=False)
    lead = (
        "Images per second at a stated batch size. Training is forward, backward and optimiser step; "
        f"inference is the forward pass.{_conditions(tables)}"
    )
    return Section("throughput", "Throughput", lead, (figure, Table("table-throughput", columns, body)))


def _conditions(tables: Tables) -> str:
    choices = tables.choices
    if choices is None:
        return ""
    compiled = "compiled" if choices.compile else "not compiled"
    layout = choices.memory_format.replace("_", " ")
    return f" Measured on {choices.device_name} in {choices.precision}, {layout}, {compiled}."


def _speed(row: dict[str, Any], name: Cell) -> tuple[Cell, ...]:
    return (
        name,
        Cell(row["mode"]),
        Cell(show.count(row["batch_size"]), row["batch_size"]),
        Cell(show.rate(row["images_per_second"]), row["images_per_second"]),
        Cell(f"{show.rate(row['low'])} to {show.rate(row['high'])}", f"{row['low']!r} {row['high']!r}"),
        Cell(show.milliseconds(row["milliseconds"]), row["milliseconds"]),
        Cell(show.signed_percent(row["drift"]), row["drift"]),
        Cell(f"{row['blocks']} {show.TIMES} {row['steps_per_block']}", row["blocks"]),
        Cell(show.number(row["load_average"], 1), row["load_average"]),
    )


def _layers(tables: Tables, label: str, number: int) -> Table:
    columns = (
        Column("Layer", numeric=False),
        Column("Type", numeric=False),
        Column("Output", "shape", numeric=False),
        Column("Params"),
        Column("MACs"),
        Column("Share", "of MACs"),
        Column("Activations"),
    )
    layers = rows(where(tables.layers, label=label))
    total = sum(row["macs"] for row in layers) or 1
    body = tuple(
        (
            Cell(str(row["layer"])),
            Cell(str(row["type"])),
            Cell(str(row["output_shape"])),
            Cell(show.count(row["params"]), row["params"]),
            Cell(show.count(row["macs"]), row["macs"]),
            Cell(show.percent(row["macs"] / total, 1), row["macs"] / total),
            Cell(show.count(row["activations"]), row["activations"]),
        )
        for row in layers
    )
    return Table(f"table-layers-{number}", columns, body)
