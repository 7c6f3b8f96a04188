"""The ranking as plain rows, for a terminal."""

from __future__ import annotations

from bench.analysis.tables import Tables
from reports.sections.ranking import ranking


def summary_table(tables: Tables) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Headers and rows of text, in the order of the ranking."""
    table = ranking(tables)
    headers = tuple(f"{column.title} {column.unit}".strip() for column in table.columns)
    return headers, tuple(tuple(cell.text for cell in row) for row in table.rows)
