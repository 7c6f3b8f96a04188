"""`bench compare RUN_A RUN_B`: what got better or worse from one run to another, and whether it may."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.analysis.comparison import Comparison, Finding, compare, judge, parse_thresholds, read_side
from bench.commands.report import newest
from bench.errors import CHECK_FAILED, DONE, SuiteError
from bench.plan import slug
from bench.store import Run, write_atomically
from reports.compare import (
    Screen,
    comparison_json,
    comparison_markdown,
    finding_line,
    printable,
    render_comparison,
    screen,
)

FORMATS = ("table", "md", "json", "html")

NARROW = 150
"""A terminal with fewer columns shows fewer columns of a table."""

LOG_WIDTH = 200
"""Of a log or a pipe, which has no width of its own."""

STYLES = {"good": "green", "bad": "red", "unsure": "yellow", "quiet": "dim"}


def main(  # noqa: PLR0913 - the options of the command
    run_a: Path,
    run_b: Path,
    *,
    fail_on: str | None = None,
    strict: bool = False,
    style: str = "table",
    output: Path | None = None,
) -> int:
    """Show what changed from A to B, and judge it.

    Args:
        run_a: A run directory, or a folder of runs, of which the newest is taken.
        run_b: The run that is compared with it, likewise.
        fail_on: Thresholds, see `bench.analysis.comparison.thresholds`.
        strict: Whether a difference beyond its threshold fails although it is within noise.
        style: "table", "md", "json" or "html".
        output: The file to write. Default: the terminal; for "html", `compare-ID_OF_A.html` in B.

    Returns:
        1 if a threshold is violated, else 0.

    Raises:
        SuiteError: No such format, or a threshold that cannot be understood.
        StoreError: A run cannot be read, or the file cannot be written.
    """
    if style not in FORMATS:
        raise SuiteError(f"--format {style}: unknown; choose one of {', '.join(FORMATS)}")
    if strict and fail_on is None:
        raise SuiteError("--strict: goes with --fail-on, which says what is asked")
    thresholds = None if fail_on is None else parse_thresholds(fail_on)
    sides = [Run.open(newest(folder)) for folder in (run_a, run_b)]
    comparison = compare(*map(read_side, sides))
    findings = None if thresholds is None else judge(comparison, thresholds, strict=strict)
    if style == "html" and output is None:
        output = sides[1].folder / f"compare-{slug(sides[0].info.run_id)}.html"
    _show(comparison, findings, style, output)
    return DONE if all(one.passed for one in findings or ()) else CHECK_FAILED


def _show(
    comparison: Comparison, findings: tuple[Finding, ...] | None, style: str, output: Path | None
) -> None:
    judged = findings or ()
    if style == "table" and output is None:
        console = Console()
        console = console if console.is_terminal else Console(width=LOG_WIDTH)
        _print(console, screen(comparison, judged, narrow=console.width < NARROW))
        return
    text = {
        "table": lambda: _plain(screen(comparison, judged)),
        "md": lambda: comparison_markdown(comparison, judged),
        "json": lambda: comparison_json(comparison, findings),
        "html": lambda: render_comparison(comparison, judged),
    }[style]()
    if output is None:
        print(text, end="")
        return
    write_atomically(output, text.encode())
    print(output)
    for one in judged:
        if not one.passed:
            print(printable(finding_line(one)), file=sys.stderr)


def _plain(shown: Screen) -> str:
    """What a log would show, for a file."""
    file = io.StringIO()
    _print(Console(file=file, width=LOG_WIDTH), shown)
    return file.getvalue()


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
