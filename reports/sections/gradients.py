"""Why a network learns or does not: gradients over depth, dead units, the first steps, the loss landscape."""

from __future__ import annotations

from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.statistics import mean_interval
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Part, Section, Table
from reports.figures import gradients as figures
from reports.sections.ranking import name_cell, suite_looks


def gradient_flow(tables: Tables) -> Section | None:
    """What reaches the first layers, at initialisation and along training."""
    if not len(tables.signals):
        return None
    drawn = suite_looks(tables)
    parts: list[Part] = [
        Figure(
            "figure-gradients",
            "L2 norm of the gradient of each convolution and linear layer, on the same training images every "
            "time (256, or all of fewer); mean over seeds, the band spans them. A line that falls to the "
            "left loses its gradient on the way back to the input.",
            figures.gradients_over_depth(tables, drawn),
        ),
        _signals(tables),
    ]
    if len(tables.first_steps):
        caption = "Of the training steps themselves, before each update; mean over seeds."
        parts.append(Figure("figure-first-steps", caption, figures.first_steps(tables, drawn)))
    if len(tables.twins):
        parts.append(_twins(tables))
    lead = (
        "Change over depth is the slope of log10 of the norm over layers, from output to input and without "
        "the classifier, in decades: 0 is a gradient that is preserved, below 0 one that vanishes, and "
        "\u2212\u221e one of which nothing arrives at the first layer. A unit is dead when its ReLU is zero "
        "for all images."
    )
    return Section("gradients", "Gradient flow", lead, tuple(parts))


def loss_landscape(tables: Tables) -> Section | None:
    """How the loss rises around the trained weights."""
    if not len(tables.landscape):
        return None
    caption = (
        "Training loss along a filter-normalised random direction (Li et al. 2018); 0 is the trained network."
    )
    parts: list[Part] = [Figure("figure-landscape", caption, figures.landscape(tables, suite_looks(tables)))]
    if tables.landscape["y"].nunique() > 1:
        parts.append(
            Figure(
                "figure-planes",
                "Training loss over two directions, as its log10.",
                figures.planes(tables),
                legend=False,
            )
        )
    lead = (
        "One slice of a space of as many dimensions as there are weights: what it shows is there; what it "
        "does not show may be there, too."
    )
    return Section("landscape", "Loss landscape", lead, tuple(parts))


def _signals(tables: Tables) -> Table:
    drawn = suite_looks(tables)
    columns = (
        Column("Architecture", numeric=False),
        Column("After epoch", "", "0 is initialisation."),
        Column("Change over depth", "decades", "From output to input, by least squares over layers."),
        Column("Spread", "decades", "Between the largest and the smallest norm of a layer."),
        Column("Dead units", "of all"),
        Column("Layers"),
    )
    body = [
        _signal(tables, label, epoch, name_cell(label, drawn[label]))
        for label in tables.labels
        for epoch in figures.shown_epochs(where(tables.gradients, label=label))
    ]
    note = "Means over seeds with 95 % Student-t intervals."
    if (tables.gradients["status"] != "done").any():
        note += " Trials that did not finish are in them as far as they came."
    return Table("table-signals", columns, tuple(body), note)


def _signal(tables: Tables, label: str, epoch: int, name: Cell) -> tuple[Cell, ...]:
    found = where(tables.signals, label=label, epoch=epoch)
    dead = (found["dead_units"] / found["units"]).mean()
    return (
        name,
        Cell(str(epoch), epoch),
        _interval(found["gradient_change"]),
        _interval(found["gradient_spread"]),
        Cell(show.percent(dead, 1), dead),
        Cell(show.count(found["layers"].iloc[0]), found["layers"].iloc[0]),
    )


def _interval(values: Any) -> Cell:
    found = mean_interval(values)
    text = show.number(found.mean, 2)
    if not show.absent(found.low):
        text += f" {show.PLUS_MINUS} {show.number(found.high - found.mean, 2)}"
    return Cell(text, found.mean)


def _twins(tables: Tables) -> Table:
    """What shortcuts change, between networks that are otherwise equal."""
    drawn = suite_looks(tables)
    columns = (
        Column("Plain", numeric=False),
        Column("Residual", numeric=False),
        Column("Quantity", numeric=False),
        Column("Plain", "mean"),
        Column("Residual", "mean"),
        Column("Difference", "residual \u2212 plain", "Paired by seed, with its 95 % Student-t interval."),
        Column("Verdict", numeric=False),
    )
    body = tuple(
        (
            name_cell(row["plain"], drawn[row["plain"]]),
            name_cell(row["residual"], drawn[row["residual"]]),
            Cell(row["quantity"]),
            Cell(show.number(row["plain_mean"], 3), row["plain_mean"]),
            Cell(show.number(row["residual_mean"], 3), row["residual_mean"]),
            Cell(_difference(row), row["difference"]),
            _verdict(row["verdict"], row["seeds"]),
        )
        for row in rows(tables.twins)
    )
    note = "Networks of equal depth and width, with and without shortcuts, trained alike."
    return Table("table-twins", columns, body, note)


def _difference(row: dict[str, Any]) -> str:
    text = show.number(row["difference"], 3)
    if show.absent(row["low"]):
        return text
    return f"{text} ({show.number(row['low'], 3)} to {show.number(row['high'], 3)})"


def _verdict(verdict: str, seeds: int) -> Cell:
    if verdict == "unknown":
        return Cell("one seed, no interval" if seeds < 2 else "no interval", tone="quiet")
    return Cell(verdict, tone="unsure" if verdict == "indistinguishable" else "good")
