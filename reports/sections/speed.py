"""How fast each network is: throughput, latency, and where the time of a training step goes."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Section, Table
from reports.figures.phases import PHASES, phase_bars
from reports.figures.speed import throughput_bars
from reports.sections.ranking import name_cell, suite_looks
from reports.sections.timings import TIMING, verdict_cell


def throughput(tables: Tables) -> Section | None:
    """Images per second, with the conditions they hold under."""
    if not len(tables.throughput):
        return None
    drawn = suite_looks(tables)
    energy = bool(tables.throughput["joules_per_image"].notna().any())
    columns = (
        Column("Architecture", numeric=False),
        Column("Mode", numeric=False),
        Column("Batch size"),
        Column("Images/s", "median"),
        Column(
            "95 % interval",
            "images/s",
            "Where the median of the same measurement lies, made again; "
            "wider by the share of the cores that others used.",
        ),
        Column("Time", "a step or pass"),
        *((Column("Energy", "an image", "Of the whole device, idle share included."),) if energy else ()),
        Column("Drift", "last to first", "Change from the first visit to the last."),
        Column("Blocks", "x steps"),
        Column("Visits", "", "The settings take turns, so that visits are as far apart as possible."),
        TIMING,
    )
    body = tuple(
        _speed(row, name_cell(row["label"], drawn[row["label"]]), energy=energy)
        for row in rows(tables.throughput)
    )
    caption = (
        "Median of timed blocks after warm-up; whiskers are the 95 % interval of a repeated measurement; "
        "hatched bars are doubtful."
    )
    figure = Figure("figure-throughput", caption, throughput_bars(tables, drawn), legend=False)
    lead = (
        "Images per second at a stated batch size. Training is forward, backward and optimiser step; "
        f"inference is the forward pass.{_conditions(tables)} {_energy(tables)}"
    )
    return Section("throughput", "Throughput", lead, (figure, Table("table-throughput", columns, body)))


def latency(tables: Tables) -> Section | None:
    """What one waits for a single image."""
    if not len(tables.latency):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        *(Column(name, "of calls") for name in ("p50", "p95", "p99")),
        Column("Calls", "timed"),
        TIMING,
    )
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            *(Cell(show.milliseconds(row[name]), row[name]) for name in ("p50", "p95", "p99")),
            Cell(show.count(row["calls"]), row["calls"]),
            verdict_cell(row["verdict"]),
        )
        for row in rows(tables.latency)
    )
    lead = (
        "Inference on one image at a time, which lies on the device already; every call is timed by itself, "
        "between two synchronisations. A percentile is given where at least five calls lie beyond it."
    )
    return Section("latency", "Latency", lead, (Table("table-latency", columns, body),))


def phases(tables: Tables) -> Section | None:
    """Where the time of a training step goes."""
    if not len(tables.phases):
        return None
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("Batch size"),
        *(Column(name.capitalize(), "share of the step") for name in PHASES),
        Column("Sum", "of the medians"),
        Column("Steps", "timed"),
        TIMING,
    )
    body = tuple(_split(row, name_cell(row["label"], drawn[row["label"]])) for row in rows(tables.phases))
    caption = "Medians over steps; hatched bars are doubtful."
    figure = Figure("figure-phases", caption, phase_bars(tables), legend=False)
    lead = (
        "A training step on real batches, with the device awaited between its phases. Data is making the "
        "batch: index, augment, resize, normalise. Waiting costs time, so throughput is measured unsplit."
    )
    return Section("phases", "Training step", lead, (figure, Table("table-phases", columns, body)))


def _conditions(tables: Tables) -> str:
    choices = tables.choices
    if choices is None:
        return ""
    compiled = "compiled" if choices.compile else "not compiled"
    layout = choices.memory_format.replace("_", " ")
    how = f"{layout}, {compiled}"
    if len(set(tables.decisions["memory_format"])) > 1 or len(set(tables.decisions["compile_variant"])) > 1:
        how = "each network in the layout, and compiled or not, as was fastest"
    if choices.side_by_side or choices.products:
        how += f"; of the convolutions {choices.convolutions}"
    return f" Measured on {choices.device_name} in {choices.precision}, {how}."


def _energy(tables: Tables) -> str:
    sources = [str(source) for source in tables.throughput["energy_source"].dropna().unique()]
    return f"Energy: {', '.join(sources)}." if sources else "This device reports no energy."


def _speed(row: dict[str, Any], name: Cell, *, energy: bool) -> tuple[Cell, ...]:
    return (
        name,
        Cell(row["mode"]),
        Cell(show.count(row["batch_size"]), row["batch_size"]),
        Cell(show.rate(row["images_per_second"]), row["images_per_second"]),
        Cell(f"{show.rate(row['low'])} to {show.rate(row['high'])}", f"{row['low']!r} {row['high']!r}"),
        Cell(show.milliseconds(row["milliseconds"]), row["milliseconds"]),
        *((Cell(show.joules(row["joules_per_image"]), row["joules_per_image"]),) if energy else ()),
        Cell(show.signed_percent(row["drift"]), row["drift"]),
        Cell(f"{row['blocks']} {show.TIMES} {row['steps_per_block']}", row["blocks"]),
        Cell(show.count(row["visits"]), row["visits"]),
        verdict_cell(row["verdict"]),
    )


def _split(row: dict[str, Any], name: Cell) -> tuple[Cell, ...]:
    parts = [row[f"{phase}_milliseconds"] for phase in PHASES]
    total = sum(parts)
    return (
        name,
        Cell(show.count(row["batch_size"]), row["batch_size"]),
        *(Cell(f"{show.milliseconds(part)} ({show.percent(part / total, 0)})", part) for part in parts),
        Cell(show.milliseconds(total), total),
        Cell(show.count(row["steps"]), row["steps"]),
        verdict_cell(row["verdict"]),
    )
