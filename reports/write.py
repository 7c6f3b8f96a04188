"""Write report.html into its run directory."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.tables import load
from bench.store import REPORT_FILE, Run, write_atomically
from reports.page import render


def write_report(run: Run) -> Path:
    """Render a run and write the page in one step, so that a reader never sees half of it.

    Raises:
        StoreError: The run cannot be read, or the page cannot be written.
    """
    path = run.folder / REPORT_FILE
    write_atomically(path, render(load(run)).encode())
    return path
