"""The index of a folder of runs as one self-contained page, in the looks of the report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.analysis.history import Collection, Contest, Found, collect, contest
from bench.store import write_atomically
from reports import assets
from reports.elements import Cell, Column, Section, Table
from reports.index.contest import contest_section
from reports.index.overview import suites
from reports.index.suite import labels, suite_section
from reports.page import Page, fill
from reports.palette import Look, looks
from reports.words import Words

INDEX_FILE = "index.html"


def write_index(root: Path) -> Path:
    """Write index.html into a folder of runs; it links to their reports by relative paths.

    Raises:
        StoreError: The folder holds no run, or cannot be written.
    """
    path = root / INDEX_FILE
    write_atomically(path, render_index(collect(root)).encode())
    return path


def render_index(collection: Collection) -> str:
    """The whole page; the same runs always make the same one."""
    of_suite, shared = collection.suites(), contest(collection)
    newest = max((run.measured_at for run in collection.runs), default="")
    page = Page(
        title="Runs",
        facts=[
            _count(len(collection.runs), "run"),
            _count(len(of_suite), "suite"),
            *([newest[:10]] if newest else []),
        ],
        conclusion=_sentences(collection),
        caveats=[],
        ranking=suites(of_suite),
        looks=_marks(of_suite, shared),
        sections=[
            *([_broken(collection)] if collection.broken else []),
            *([contest_section(shared)] if shared else []),
            *(suite_section(number, name, runs) for number, (name, runs) in enumerate(of_suite.items())),
        ],
    )
    return fill(page, plotly=assets.plotly())


def _marks(of_suite: Mapping[str, tuple[Found, ...]], shared: Contest | None) -> dict[str, Look]:
    """As many as the largest suite or the contest has architectures; each begins with the first."""
    most = max((len(labels(runs)) for runs in of_suite.values()), default=0)
    most = max(most, len(shared.labels) if shared else 0)
    return looks(tuple(map(str, range(most))))


def _sentences(collection: Collection) -> list[Words]:
    planned = sum(len(run.side.info.plan) for run in collection.runs)
    done = sum(run.done for run in collection.runs)
    text = f"{done} of {planned} trials finished." if collection.runs else "No run can be read."
    if collection.broken:
        text += f" {_count(len(collection.broken), 'folder')} cannot be read; the reasons are below."
    return [((text, False),)]


def _broken(collection: Collection) -> Section:
    columns = (Column("Folder", numeric=False), Column("Why it cannot be read", numeric=False))
    body = tuple((Cell(one.place), Cell(one.reason)) for one in collection.broken)
    return Section("broken", "Broken runs", "", (Table("table-broken", columns, body),))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
