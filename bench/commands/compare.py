"""`bench compare RUN_A RUN_B`: what got better or worse from one run to another, and whether it may."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.analysis.comparison import Comparison, Finding, compare, judge, parse_thresholds, read_side
from bench.commands import beside
from bench.commands.report import newest
from bench.commands.screens import plain, show, write
from bench.errors import CHECK_FAILED, DONE, SuiteError
from bench.plan import slug
from bench.printable import printable
from bench.store import Run
from reports.compare import (
    comparison_json,
    comparison_markdown,
    finding_line,
    render_comparison,
    screen,
)

FORMATS = ("table", "md", "json", "html")


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
        run_a: A run directory, or a folder of runs, of which the newest is taken; or a file of another tool.
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
    if run_a.is_file() or run_b.is_file():
        return beside.main(run_a, run_b, fail_on=fail_on, style=style, output=output)
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
        show(lambda narrow: screen(comparison, judged, narrow=narrow))
        return
    text = {
        "table": lambda: plain(screen(comparison, judged)),
        "md": lambda: comparison_markdown(comparison, judged),
        "json": lambda: comparison_json(comparison, findings),
        "html": lambda: render_comparison(comparison, judged),
    }[style]()
    write(text, output)
    for one in judged if output else ():
        if not one.passed:
            print(printable(finding_line(one)), file=sys.stderr)
