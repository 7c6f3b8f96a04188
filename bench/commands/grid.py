"""A table on the terminal whose cells are text and nothing else: a label is no markup and moves no cursor."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import OverflowMethod
from rich.table import Table
from rich.text import Text

from bench.printable import printable


def grid(
    headers: Iterable[str], rows: Iterable[Iterable[object]], *, title: str | None = None, caption: str = ""
) -> Table:
    """The table, ready to be printed.

    Args:
        headers: One for each column.
        rows: Cells, shown as `str` shows them.
        title: Above the table.
        caption: Below it.
    """
    table = Table(title=None if title is None else _text(title), caption=_text(caption) if caption else None)
    for header in headers:
        table.add_column(_text(header))
    for row in rows:
        table.add_row(*(_text(cell, overflow="fold") for cell in row))  # a path is of use when it is whole
    return table


def _text(value: object, *, overflow: OverflowMethod | None = None) -> Text:
    return Text(printable(str(value)), overflow=overflow)
