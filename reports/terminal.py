"""The ranking as plain rows, for a terminal."""

from __future__ import annotations

from bench.analysis.tables import Tables
from reports.sections.ranking import ranking

LEFT_OUT = ("Selected", "Best", "Seeds")
"""Columns that a narrow terminal has no room for; the page has them."""


def summary_table(
    tables: Tables, *, narrow: bool = False
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Headers and rows of text, in the order of the ranking; fewer columns for a narrow terminal."""
    table = ranking(tables)
    kept = [index for index, one in enumerate(table.columns) if not (narrow and one.title in LEFT_OUT)]
    headers = tuple(f"{table.columns[i].title} {table.columns[i].unit}".strip() for i in kept)
    return headers, tuple(tuple(row[i].text for i in kept) for row in table.rows)
