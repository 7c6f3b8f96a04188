"""Print a `Screen`, or write what is asked for into a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.store import write_atomically
from reports.compare import Screen

NARROW = 150
"""A terminal with fewer columns shows fewer columns of a table."""

LOG_WIDTH = 200
"""Of a log or a pipe, which has no width of its own."""

STYLES = {"good": "green", "bad": "red", "unsure": "yellow", "quiet": "dim"}


def show(screen: Callable[[bool], Screen]) -> None:
    """Print on the terminal; the function is asked with whether it is narrow."""
    console = Console()
    console = console if console.is_terminal else Console(width=LOG_WIDTH)
    _print(console, screen(console.width < NARROW))


def plain(shown: Screen) -> str:
    """What a log would show, for a file."""
    file = io.StringIO()
    _print(Console(file=file, width=LOG_WIDTH), shown)
    return file.getvalue()


def write(text: str, output: Path | None) -> None:
    """Into a file, whose name is printed, or to the terminal.

    Raises:
        WriteError: The file cannot be written.
    """
    if output is None:
        print(text, end="")
        return
    write_atomically(output, text.encode())
    print(output)


def _print(console: Console, shown: Screen) -> None:
    """Text goes out as it is: a label is no markup."""
    for line in shown.before:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for block in shown.blocks:
        table = Table(title=block.title or None, box=box.SIMPLE_HEAD, title_justify="left")
        for header, numeric in zip(block.headers, block.numeric, strict=True):
            table.add_column(Text(header), justify="right" if numeric else "left", overflow="fold")
        for row in block.rows:
            table.add_row(*(Text(text, STYLES.get(tone, "")) for text, tone in row))
        console.print(table)
    for line in shown.after:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
