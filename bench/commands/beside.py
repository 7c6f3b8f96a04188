"""`bench compare` with a file of another tool: side by side, behind the same rules, without a verdict."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.comparison import read_side
from bench.analysis.imported import Source, of_run, read, side_by_side
from bench.commands.report import newest
from bench.commands.screens import plain, show, write
from bench.errors import DONE, SuiteError
from bench.store import Run
from reports.side_by_side import as_json, markdown, screen


def main(a: Path, b: Path, *, fail_on: str | None, style: str, output: Path | None) -> int:
    """Show a run beside a file, or two files.

    Args:
        a: A run directory, a folder of runs, or a file.
        b: Likewise.
        fail_on: Refused.
        style: "table", "md" or "json".
        output: The file to write. Default: the terminal.

    Raises:
        SuiteError: What is asked for needs two runs.
        StoreError: A file or a run cannot be read.
    """
    if fail_on is not None:
        raise SuiteError("--fail-on: needs two runs; a file of another tool has no intervals to judge by")
    if style == "html":
        raise SuiteError("--format html: needs two runs; beside a file of another tool: table, md or json")
    content = side_by_side(_source(a), _source(b))
    if style == "table" and output is None:
        show(lambda _narrow: screen(content))
        return DONE
    makers = {"table": lambda: plain(screen(content)), "md": lambda: markdown(content),
              "json": lambda: as_json(content)}  # fmt: skip
    write(makers[style](), output)
    return DONE


def _source(path: Path) -> Source:
    return read(path) if path.is_file() else of_run(read_side(Run.open(newest(path))))
