"""A run on disk, for programs and notebooks."""

from __future__ import annotations

import difflib
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import reports
from bench.analysis.tables import Tables, load
from bench.api.comparison import Comparison
from bench.commands.report import EXPORTS, newest
from bench.errors import SuiteError
from bench.spec import Suite
from bench.store import Run as Stored
from reports.inline import fragment
from reports.stills.settings import Still, stills
from reports.stills.still import still_figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

Place = str | os.PathLike[str]
"""Of a file or a folder."""


class Run:
    """What `bench.run` returns and `bench.open_run` opens. Tables are read once, when they are first used."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    @classmethod
    def at(cls, folder: Path) -> Run:
        """Open a run directory.

        Raises:
            bench.errors.StoreError: It is none, or one of another version.
        """
        return cls(Stored.open(folder))

    @property
    def path(self) -> Path:
        """The run directory."""
        return self._stored.folder

    @property
    def suite(self) -> Suite:
        """The suite as it was resolved for this run."""
        return self._stored.info.suite

    @cached_property
    def tables(self) -> Tables:
        """Every table of the report, as data frames; `bench report --format csv` explains their columns."""
        return load(self._stored)

    @property
    def records(self) -> pd.DataFrame:
        """One row a planned trial: label, seed, status, reason where it failed, and its figures."""
        return self.tables.trials

    @property
    def summary(self) -> pd.DataFrame:
        """One row an architecture: means and intervals over seeds, counts, costs."""
        return self.tables.summary

    @property
    def done(self) -> bool:
        """Whether every trial ran to its end."""
        return self.tables.finished == len(self.tables.trials)

    def report(self) -> Path:
        """Write report.html into the run directory, and say where.

        Raises:
            bench.errors.StoreError: A record cannot be read, or the page cannot be written.
        """
        return reports.write_report(self._stored)

    def export(self, format: str) -> list[Path]:  # noqa: A002 - the option's name on the command line
        """Write the tables or figures for other programs; see `bench report --format`.

        Args:
            format: "md", "json", "csv", "parquet", "latex", "svg" or "png".

        Raises:
            bench.errors.SuiteError: No such format.
            bench.errors.DependencyError: Figures need a package or a browser that is missing.
        """
        if format not in EXPORTS:
            raise SuiteError(f"{format!r}: no such format; choose one of {', '.join(EXPORTS)}")
        return EXPORTS[format](self.tables, self.path)

    @property
    def figures(self) -> tuple[str, ...]:
        """Names that `figure` takes: every figure of the report in every setting of its switches."""
        return tuple(self._stills)

    def figure(self, name: str) -> go.Figure:
        """A figure of the report, as plotly draws it.

        Args:
            name: One of `figures`, or the beginning of one, which stands for the first that begins so.

        Raises:
            bench.errors.SuiteError: No figure has that name.
        """
        import plotly.graph_objects as go  # noqa: PLC0415 - takes a second to import

        if name not in self._stills:
            name = self._called(name)
        return go.Figure(still_figure(self._stills[name]))

    def compare(self, other: Run) -> Comparison:
        """What got better or worse from this run to another, and what cannot be compared."""
        return Comparison.of(self._stored, other._stored)

    @cached_property
    def _stills(self) -> dict[str, Still]:
        return {still.name: still for still in stills(self.tables)}

    def _called(self, beginning: str) -> str:
        """The first figure whose name begins so."""
        found = [name for name in self._stills if beginning and name.startswith(beginning)]
        if not found:
            near = difflib.get_close_matches(beginning, self._stills, n=2)
            listed = f"did you mean {' or '.join(map(repr, near))}?" if near else ", ".join(self._stills)
            raise SuiteError(f"no figure {beginning!r}; {listed or 'no trial has finished'}")
        return found[0]

    def _repr_html_(self) -> str:
        """The answer for a notebook: paragraph, ranking, and the figure of the first screen."""
        return fragment(self.tables)

    def __repr__(self) -> str:
        done = f"{self.tables.finished} of {len(self.tables.trials)} trials done"
        return f"<bench.Run {str(self.path)!r}: {done}>"


def open_run(path: Place = "runs") -> Run:
    """Open a run that is on disk, finished or not, without torch.

    Args:
        path: A run directory, or a folder of runs, of which the newest is taken.

    Raises:
        bench.errors.StoreError: There is no run, or it cannot be read.
    """
    return Run.at(newest(Path(path)))
