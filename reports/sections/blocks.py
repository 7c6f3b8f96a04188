"""Blocks of a network and what they hold: the treemap, and the same sums in a table."""

from __future__ import annotations

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Figure, Table
from reports.figures.blocks import block_map

MOST_ROWS = 40
"""Blocks in a table; deeper levels are left out while there are more."""


def block_figure(tables: Tables) -> Figure | None:
    """Where params and MACs lie, for all networks."""
    spec = block_map(tables)
    caption = (
        "The area of a block is its share of the network. Its shade is its share of the other quantity: "
        "of MACs where params are the area, of params where MACs are. A press on a block opens it, one on "
        "the bar above goes back."
    )
    return Figure("figure-blocks", caption, spec, legend=False) if spec["traces"] else None


def block_sums(tables: Tables, label: str, number: int) -> list[Table]:
    """Sums of the blocks of one network, outer before inner; none where no layer lies in a block."""
    nodes = where(tables.blocks, label=label)
    blocks = nodes[nodes["type"] == "block"]
    if not len(blocks):
        return []
    top = nodes[nodes["level"] == 1]
    totals = {key: float(top[key].sum()) or 1.0 for key in ("params", "macs")}
    deepest = int(blocks["level"].max())
    while deepest > 1 and (blocks["level"] <= deepest).sum() > MOST_ROWS:
        deepest -= 1
    columns = (
        Column("Block", numeric=False),
        Column("Layers"),
        Column("Params"),
        Column("Share", "of params"),
        Column("MACs"),
        Column("Share", "of MACs"),
        Column("Activations"),
    )
    body = tuple(
        (
            Cell(str(row["block"])),
            Cell(show.count(row["layers"]), row["layers"]),
            *_with_share(row["params"], totals["params"]),
            *_with_share(row["macs"], totals["macs"]),
            Cell(show.count(row["activations"]), row["activations"]),
        )
        for row in rows(blocks[blocks["level"] <= deepest])
    )
    note = "Sums over the layers inside; a block contains those named after it."
    return [Table(f"table-blocks-{number}", columns, body, note)]


def _with_share(value: float, total: float) -> tuple[Cell, Cell]:
    return Cell(show.count(value), value), Cell(show.percent(value / total, 1), value / total)
