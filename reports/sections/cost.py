"""What each architecture costs on paper: exact counts, and the layers they arise in."""

from __future__ import annotations

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Fold, Section, Table
from reports.sections.blocks import block_figure, block_sums
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
    columns = (
        Column("Architecture", numeric=False),
        *(column for _, column in COUNTS),
        Column(
            "Lint", "from shapes", "Likely mistakes; \u201cRead with care\u201d explains each.", numeric=False
        ),
    )
    body = tuple(
        (name_cell(row["label"], drawn[row["label"]]),
         *(Cell(show.count(row[name]), row[name]) for name, _ in COUNTS),
         _lint(row["lint"]))
        for row in rows(tables.summary)
    )  # fmt: skip
    folds = tuple(
        Fold(
            f"Blocks and layers of {label}",
            (*block_sums(tables, label, number), _layers(tables, label, number)),
            drawn[label].mark,
        )
        for number, label in enumerate(tables.labels)
        if len(where(tables.layers, label=label))
    )
    lead = "Counts are exact, per image of the size that was trained on. FLOPs are 2 \u00d7 MACs."
    figure = block_figure(tables)
    figures = (figure,) if figure else ()
    return Section("cost", "Cost", lead, (Table("table-cost", columns, body), *figures, *folds))


def _lint(words: object) -> Cell:
    """Rules of the lint that found something; nothing found is not the same as not looked at."""
    if not isinstance(words, str):
        return Cell("not looked at", "", tone="quiet")
    return Cell(words, tone="unsure") if words else Cell("nothing found", "", tone="quiet")


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
