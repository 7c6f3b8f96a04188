"""`bench report`: a run as a page, as tables for other programs, as tables or figures for a paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.analysis.tables import Tables, load
from bench.errors import DONE, StoreError, SuiteError
from bench.store import RUN_FILE, Run
from reports import write_report
from reports.export import write_csv, write_json, write_markdown, write_parquet
from reports.index import write_index
from reports.latex import write_latex
from reports.pytest_benchmark import write_pytest_benchmark
from reports.stills import write_png, write_svg

EXPORTS: dict[str, Callable[[Tables, Path], list[Path]]] = {
    "md": write_markdown,
    "json": write_json,
    "csv": write_csv,
    "parquet": write_parquet,
    "latex": write_latex,
    "svg": write_svg,
    "png": write_png,
}
FROM_RECORDS: dict[str, Callable[[Run], list[Path]]] = {"pytest-benchmark": write_pytest_benchmark}
"""Exports that need more than the tables of a report."""
INDEX = "index"
FORMATS = ("html", *EXPORTS, *FROM_RECORDS, INDEX)


def report(run: Path, *, format: str = "html") -> int:  # noqa: A002 (the option's name)
    """Write a run's report beside its records, and print where.

    Args:
        run: A run directory, or a folder of runs, of which the newest is taken; for "index", all.
        format: One of `FORMATS`.

    Raises:
        SuiteError: No such format.
        StoreError: No run is there, or it cannot be read or written.
        DependencyError: Figures need a package or a browser that is missing.
    """
    if format not in FORMATS:
        raise SuiteError(f"--format {format}: no such format; choose one of {', '.join(FORMATS)}")
    if format == INDEX:
        print(write_index(run))
        return DONE
    opened = Run.open(newest(run))
    if format in EXPORTS:
        paths = EXPORTS[format](load(opened), opened.folder)
    else:
        paths = FROM_RECORDS[format](opened) if format in FROM_RECORDS else [write_report(opened)]
    for path in paths:
        print(path)
    return DONE


def newest(folder: Path) -> Path:
    """The run in a folder, or the newest of the runs in it.

    Raises:
        StoreError: There is none.
    """
    if (folder / RUN_FILE).is_file():
        return folder
    if not folder.is_dir():
        raise StoreError(f"{folder}: no such folder; `bench list runs` shows the runs there are")
    runs = [path.parent for pattern in (f"*/{RUN_FILE}", f"*/*/{RUN_FILE}") for path in folder.glob(pattern)]
    if not runs:
        raise StoreError(f"{folder}: holds no run (no {RUN_FILE}); `bench list runs` shows them")
    return max(runs, key=lambda path: ((path / RUN_FILE).stat().st_mtime, path.name))
