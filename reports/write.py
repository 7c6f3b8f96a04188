"""Records to report.html: pack them, make the page from what was packed, and write it."""

from __future__ import annotations

from pathlib import Path

from bench.analysis.tables import load
from bench.analysis.trials import Ongoing
from bench.store import REPORT_FILE, Run, write_atomically
from reports.enclosed import enclose, opened
from reports.page import render


def write_report(run: Run, ongoing: Ongoing | None = None) -> Path:
    """Render a run and write the page in one step, so that a reader never sees half of it.

    Args:
        run: The run directory.
        ongoing: Which trials run or wait, while the run goes on.

    Raises:
        StoreError: The run cannot be read, or the page cannot be written.
    """
    path = run.folder / REPORT_FILE
    write_atomically(path, report(run, ongoing).encode())
    return path


def report(run: Run, ongoing: Ongoing | None = None) -> str:
    """The page of a run, with its records inside where they are not too large and the run does not go on.

    Raises:
        StoreError: The run cannot be read.
    """
    if ongoing:
        return render(load(run, ongoing))
    records = enclose(run)
    return page_of(records.content) if records else render(load(run))


def page_of(content: bytes) -> str:
    """The page that packed records make: what `bench verify` holds a page against.

    The page is made from the very files that travel inside, so a trial that finishes meanwhile is in both
    or in neither.

    Args:
        content: An archive as `reports.enclosed.enclose` makes it.

    Raises:
        StoreError: It holds no run.
    """
    with opened(content) as (records, run):
        return render(load(run), records)
