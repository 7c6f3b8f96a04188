"""Why counters disagree about the same network: each convention, and the terms it consists of."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Fold, Section, Table

BASE = "convolution + linear"


def ledger(tables: Tables) -> Section | None:
    """One table; every difference between two conventions is a line of it."""
    if not len(tables.ledger):
        return None
    lead = (
        "Tools count different things and call them by the same name. MACs here are those of convolutions, "
        "linear layers and matrix products; every other convention is these plus the terms listed."
    )
    return Section("ledger", "FLOP ledger", lead, (Fold("All conventions", (_table(tables),)),))


def _table(tables: Tables) -> Table:
    columns = (
        Column("Architecture", numeric=False),
        Column("Convention", numeric=False),
        Column("Figure", "per image", "FLOPs for torch, else multiply-accumulates and the operations named."),
        Column("Terms", numeric=False),
    )
    body = []
    for (label, convention), terms in groupby(rows(tables.ledger), key=_convention):
        listed = [row for row in terms if row["value"]]
        if convention == BASE:
            continue  # these are the MACs of the cost table, and the first term of every other convention
        total = sum(row["value"] for row in listed)
        text = " + ".join(f"{show.count(row['value'])} {row['term']}" for row in listed)
        body.append((Cell(label), Cell(convention), Cell(show.count(total), total), Cell(text)))
    return Table("table-ledger", columns, tuple(body))


def _convention(row: dict[str, Any]) -> tuple[str, str]:
    return str(row["label"]), str(row["convention"])
