"""Where the time of a training step goes: phases, operators, and layers beside their MACs."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import groups, rows, where
from bench.analysis.profile import NOTABLE, SLOW
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Fold, Part, Section, Table
from reports.figures.layers import layer_bars, most_expensive
from reports.figures.step import NAMES, step_bars
from reports.sections.ranking import name_cell, suite_looks

TOP_OPERATORS = 12

DISTURBED = 0.5
"""A step that takes half as long again under the profiler, or half as long, is not the step that was to be
profiled: the profiler costs that much, or other work on the machine."""


def profile(tables: Tables) -> Section | None:
    """Shares of a step, layers that are slow for their arithmetic, and tables behind folds."""
    if not len(tables.profile_phases):
        return None
    drawn = suite_looks(tables)
    parts: list[Part] = [_phases(tables)]
    if not len(tables.phases):  # measured without the profiler, they have a figure of their own
        parts.insert(0, Figure("figure-step", _caption(tables), step_bars(tables), legend=False))
    if len(tables.layer_times):
        caption = (
            "Share of the time of all layers (forward and backward operators, fastest of the profiled steps) "
            "beside the share of all MACs; in the order of the network, the most expensive layers. Layers "
            "without MACs have time only. A number at a bar is the slowness of the layer."
        )
        parts.append(Figure("figure-layers", caption, layer_bars(tables, drawn), legend=False))
        parts += _slow(tables)
    for number, label in enumerate(tables.labels):
        inner = (*_layers(tables, label, number), *_operators(tables, label, number))
        if inner:
            parts.append(Fold(f"Layers and operators of {label}", inner, drawn[label].mark))
    lead = (
        "Real training steps with their data, under torch.profiler. A layer stands out when its share of the "
        f"time is at least {SLOW:g} times its share of the MACs. The traces open in TensorBoard."
    )
    return Section("profile", "Where the time goes", lead, tuple(parts))


def _caption(tables: Tables) -> str:
    if "device" in set(tables.profiles["clock"]):
        return "Time of the device's kernels in each phase; other is what the device waited for the host."
    return "Medians over steps; other is what lies between the phases."


def _phases(tables: Tables) -> Table:
    drawn = suite_looks(tables)
    phases = [phase for phase, _ in groups(tables.profile_phases, "phase")]
    columns = (
        Column("Architecture", numeric=False),
        Column("Batch size"),
        Column("Step", "profiled", "From its batch being made to the device having finished; median."),
        *(Column(NAMES.get(phase, phase).capitalize(), "share") for phase in phases),
        Column("Profiler", "slows by", "How much longer a step took than just before, without the profiler."),
        Column("Naming", "slows by", "The same for the steps in which layers named themselves."),
    )
    shares = tables.profile_phases.pivot_table(index="label", columns="phase", values="share", sort=False)
    body = tuple(
        (
            name_cell(row["label"], drawn[row["label"]]),
            Cell(show.count(row["batch_size"]), row["batch_size"]),
            Cell(show.milliseconds(row["step_milliseconds"]), row["step_milliseconds"]),
            *(_share(shares.loc[row["label"], phase]) for phase in phases),
            _overhead(row["overhead"]),
            _overhead(row["layer_overhead"]),
        )
        for row in rows(tables.profiles)
    )
    return Table("table-step", columns, body)


def _overhead(value: float) -> Cell:
    if abs(value) > DISTURBED:
        return Cell(f"{show.signed_percent(value)}, doubtful", value, tone="unsure")
    return Cell(show.signed_percent(value), value)


def _share(value: float) -> Cell:
    return Cell(show.percent(value, 1), value)


def _slow(tables: Tables) -> list[Part]:
    """The layers that are slow for their arithmetic, the most expensive first; none without any."""
    slow = where(tables.layer_times, slow=True).sort_values("time_share", ascending=False)
    if not len(slow):
        return []
    drawn = suite_looks(tables)
    columns = (
        Column("Slow for their arithmetic", numeric=False),
        Column("Layer", numeric=False),
        Column("Type", numeric=False),
        *TIMES,
    )
    body = tuple(
        (name_cell(row["label"], drawn[row["label"]]), Cell(str(row["layer"])), Cell(str(row["type"])),
         *_times(row))
        for row in rows(slow.head(SLOWEST))
    )  # fmt: skip
    more = f"; {len(slow) - SLOWEST} more in the tables below" if len(slow) > SLOWEST else ""
    note = f"From {SLOW:g} times the network's time per MAC and {show.percent(NOTABLE, 0)} of its time{more}."
    return [Table("table-slow", columns, body, note)]


SLOWEST = 10
"""Rows of the table of slow layers."""

TIMES = (
    Column("Forward", "a step"),
    Column("Backward", "a step"),
    Column("Time", "share of layers"),
    Column("MACs", "share"),
    Column("Achieved", "FLOP/s, forward", "2 x MACs x batch size over the time of the forward pass."),
    Column("Slowness", "x average", "Time per MAC over that of all layers with MACs: 1 is the average."),
)


def _times(row: dict[str, Any]) -> tuple[Cell, ...]:
    slowness = show.ABSENT if show.absent(row["slowness"]) else show.ratio(row["slowness"])
    return (
        Cell(show.milliseconds(row["forward_milliseconds"]), row["forward_milliseconds"]),
        Cell(show.milliseconds(row["backward_milliseconds"]), row["backward_milliseconds"]),
        _share(row["time_share"]),
        _share(row["mac_share"]),
        Cell(show.si(row["forward_flops_per_second"]), row["forward_flops_per_second"]),
        Cell(slowness, row["slowness"], tone="unsure" if row["slow"] else ""),
    )


def _layers(tables: Tables, label: str, number: int) -> list[Part]:
    layers = where(tables.layer_times, label=label)
    if not len(layers):
        return []
    columns = (Column("Layer", numeric=False), Column("Type", numeric=False), *TIMES)
    body = tuple(
        (Cell(str(row["layer"])), Cell(str(row["type"])), *_times(row))
        for row in rows(most_expensive(layers))
    )
    compiled = where(tables.profiles, label=label)["layers_compiled_away"].any()
    note = "Timed on the uncompiled network; training ran the compiled one." if compiled else ""
    return [Table(f"table-layer-times-{number}", columns, body, note)]


def _operators(tables: Tables, label: str, number: int) -> list[Part]:
    operators = where(tables.operators, label=label).head(TOP_OPERATORS)
    if not len(operators):
        return []
    columns = (
        Column("Operator", numeric=False),
        Column("Calls", "a step"),
        Column("Self time", "a step", "Without the operators that it calls."),
        Column("Share", "of all operators"),
    )
    body = tuple(
        (
            Cell(str(row["operator"])),
            Cell(show.number(row["calls"], 1), row["calls"]),
            Cell(show.milliseconds(row["self_milliseconds"]), row["self_milliseconds"]),
            _share(row["share"]),
        )
        for row in rows(operators)
    )
    return [Table(f"table-operators-{number}", columns, body)]
