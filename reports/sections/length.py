"""Tables that a browser can still show: of thousands of rows the first, and where the others are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports import format as show

MOST_ROWS = 1000

Rows = list[dict[str, Any]]


def shortened(
    table: Rows, what: str, last: Callable[[dict[str, Any]], bool] | None = None
) -> tuple[Rows, str]:
    """The first rows, and a note that says how many were left out; empty where none was.

    Args:
        table: In the order in which rows are shown where they fit.
        what: What a row is about, in the plural.
        last: Which rows are the first to be left out.
    """
    if len(table) <= MOST_ROWS:
        return table, ""
    shown = f"{show.count(MOST_ROWS)} of {show.count(len(table))} {what}"
    chosen = sorted(table, key=last)[:MOST_ROWS] if last else table[:MOST_ROWS]
    return chosen, f"{shown}; `bench report RUN --format csv` has them all."
