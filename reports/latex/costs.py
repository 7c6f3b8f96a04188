"""Tables of a paper about cost: counts, memory, and what reaching a target takes."""

from __future__ import annotations

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Table
from reports.latex.booktabs import PaperTable
from reports.latex.wording import NAME, experiment
from reports.sections.convergence import clocks, median_cost


def cost(tables: Tables) -> PaperTable:
    """Exact counts, and peak memory where it was measured."""
    memory = bool(tables.summary["train_peak_bytes"].notna().any())
    columns = (
        NAME, Column("Params"), Column("Body", "params"), Column("MACs", "per image"),
        Column("Activations", "per image"), *((Column("Peak memory", "training"),) if memory else ()),
    )  # fmt: skip
    body = tuple(
        (
            Cell(row["label"]),
            *(Cell(show.count(row[name])) for name in ("params", "params_body", "macs", "activations")),
            *((Cell(show.size(row["train_peak_bytes"])),) if memory else ()),
        )
        for row in rows(tables.summary)
    )
    note = (
        "Params: unique trainable elements. MACs: multiply-accumulates of one forward pass; FLOPs are twice "
        "that."
    )
    return PaperTable(Table("cost", columns, body, note), f"{experiment(tables)} Cost.")


def convergence(tables: Tables) -> PaperTable:
    """Cost to each target; what never got there is more than its budget."""
    columns = (
        Column("Target", "%"), NAME, Column("Reached", "seeds"), Column("Epochs"), Column("Training time"),
        Column("Training FLOPs"),
    )  # fmt: skip
    clock = clocks(tables)
    body = tuple(
        (
            Cell(f"{100 * row['target']:.10g}"),  # in full: 99.25 is not 99.3
            Cell(row["label"]),
            Cell(f"{row['reached']} of {row['seeds']}"),
            Cell(median_cost(row, "epochs", _epochs).text),
            Cell(median_cost(row, "seconds", clock[row["label"]]).text),
            Cell(median_cost(row, "flops", show.si).text),
        )
        for row in rows(tables.convergence.sort_values(["target", "seconds_median"], kind="stable"))
    )
    caption = (
        f"{experiment(tables)} Median cost to the first evaluation on the test set at or above the target; "
        "time is that of training alone, > marks a median beyond the budget, and ? a doubtful timing."
    )
    return PaperTable(Table("convergence", columns, body), caption)


def _epochs(value: float) -> str:
    """A median of two seeds may lie between two epochs."""
    return show.number(value, 0 if value % 1 == 0 else 1)
