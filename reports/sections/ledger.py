"""Why counters disagree about the same network: each convention, and the terms it consists of."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from bench.analysis.frames import rows, where
from bench.analysis.tables import Tables
from reports import format as show
from reports.elements import Cell, Column, Fold, Section, Table
from reports.sections.ranking import suite_looks


def ledger(tables: Tables) -> Section | None:
    """One table an architecture; every difference between two conventions is a line of it."""
    if not len(tables.ledger):
        return None
    drawn = suite_looks(tables)
    folds = tuple(
        Fold(f"Ledger of {label}", (_table(f"table-ledger-{number}", found),), drawn[label].mark)
        for number, label in enumerate(tables.labels)
        if (found := rows(where(tables.ledger, label=label)))
    )
    lead = (
        "Tools count different things and call them by the same name. MACs here are those of convolutions, "
        "linear layers and matrix products; every other convention is these plus the terms listed."
    )
    return Section("ledger", "FLOP ledger", lead, folds)


def _table(name: str, found: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Convention", numeric=False),
        Column("Term", numeric=False),
        Column("Value"),
        Column("Unit", numeric=False, note='"mixed" adds multiply-accumulates and single operations.'),
    )
    body: list[tuple[Cell, ...]] = []
    for convention, terms in groupby(found, key=lambda row: row["convention"]):
        listed = list(terms)
        total, unit = sum(row["value"] for row in listed), str(listed[0]["unit"])
        body.append((Cell(str(convention)), Cell("total"), Cell(show.count(total), total), Cell(unit)))
        body += [
            (Cell(""), Cell(str(row["term"])), Cell(show.count(row["value"]), row["value"]), Cell(""))
            for row in listed
            if row["value"]
        ]
    return Table(name, columns, tuple(body))
