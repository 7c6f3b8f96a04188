"""Every run below a folder, the unreadable ones included."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.analysis.comparison.side import Side
from bench.analysis.frames import rows
from bench.analysis.trials import Outcome, epoch_table, read_records, trial_table
from bench.errors import StoreError
from bench.store import REPORT_FILE, RUN_FILE, SUITE_FILE, Run

TRIALS_FOLDER = "trials"

Opened = tuple[Run, tuple[Outcome, ...]]


@dataclass(frozen=True)
class Found:
    """A run that can be read."""

    place: str
    """Its folder below the collection's, with forward slashes."""
    folder: Path
    """Where it lies."""
    side: Side
    """Its plan and its records; their tables are not read, so that its own are empty."""
    trials: tuple[dict[str, Any], ...]
    """One row a planned trial: see `bench.analysis.trials.TRIAL_COLUMNS`."""
    has_report: bool
    """Whether report.html lies in it."""

    @property
    def suite(self) -> str:
        """Name of its suite."""
        return self.side.info.suite_name

    @property
    def measured_at(self) -> str:
        """When the last of its trials ended, ISO 8601; before the first ends, when it was started."""
        ends = [one.record.finished_at for one in self.side.outcomes if one.record]
        return max(ends, default=self.side.info.created_at)

    @property
    def revision(self) -> str:
        """Git revision of the folder it was started in, with "+" for uncommitted changes.

        Several, if it was continued after a commit; empty where there was no repository. Trials know theirs;
        only before the first ends, the run's own counts.
        """
        names = [_revision(one.record.environment) for one in self.side.outcomes if one.record]
        return " and ".join(dict.fromkeys(filter(None, names))) or _revision(self.side.info.environment)

    def values(self, label: str, column: str) -> dict[int, float]:
        """A column of the finished trials of an architecture, by seed; what has no value is left out."""
        mine = (row for row in self.trials if (row["label"], row["status"]) == (label, "done"))
        cells = {int(row["seed"]): row[column] for row in mine}
        return {seed: float(cell) for seed, cell in cells.items() if cell is not None and math.isfinite(cell)}

    @property
    def done(self) -> int:
        """How many trials ran to their end."""
        return sum(one.done for one in self.side.outcomes)


@dataclass(frozen=True)
class Broken:
    """What looks like a run and cannot be read."""

    place: str
    reason: str


@dataclass(frozen=True)
class Collection:
    """All runs below a folder."""

    runs: tuple[Found, ...]
    """By the time they were measured, oldest first."""
    broken: tuple[Broken, ...]

    def suites(self) -> dict[str, tuple[Found, ...]]:
        """Runs by the name of their suite, the suite that was measured last first."""
        names = dict.fromkeys(run.suite for run in reversed(self.runs))
        return {name: tuple(run for run in self.runs if run.suite == name) for name in names}


def collect(root: Path) -> Collection:
    """Read the records of every run below a folder, at any depth; links are not followed.

    Raises:
        StoreError: There is no such folder, or it is itself a run, or holds none.
    """
    if not root.is_dir():
        raise StoreError(f"{root}: no such folder; `bench run` makes runs/")
    if (root / RUN_FILE).is_file():
        raise StoreError(f"{root}: is one run; an index is made of the folder that holds runs")
    read = [_open(root, folder) for folder in _folders(root)]
    broken = [one for one in read if isinstance(one, Broken)]
    opened = [one for one in read if not isinstance(one, Broken)]
    if not opened and not broken:
        raise StoreError(f"{root}: holds no run (no {RUN_FILE}); `bench run --runs-dir {root}` makes some")
    found = sorted(_found(root, opened), key=lambda run: (run.measured_at, run.place))
    return Collection(tuple(found), tuple(broken))


def _open(root: Path, folder: Path) -> Opened | Broken:
    try:
        run = Run.open(folder)
        return run, read_records(run)
    except StoreError as error:
        reason = str(error).replace(f"{root}{os.sep}", "")
        return Broken(folder.relative_to(root).as_posix(), reason)


def _found(root: Path, opened: list[Opened]) -> Iterator[Found]:
    """The runs with their rows, which are made in one table: a small one for each run would take longer."""
    every = tuple(outcome for _, outcomes in opened for outcome in outcomes)
    table = iter(rows(trial_table(every, epoch_table(())))) if every else iter(())
    for run, outcomes in opened:
        place = run.folder.relative_to(root).as_posix()
        side = Side(run.info, outcomes, pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
        mine = tuple(itertools.islice(table, len(outcomes)))
        yield Found(place, run.folder, side, mine, (run.folder / REPORT_FILE).is_file())


def _folders(root: Path) -> Iterator[Path]:
    """Folders that are runs, or were: with their trials, and without the file that names them."""
    for path, names, files in os.walk(root):
        if RUN_FILE in files or (SUITE_FILE in files and TRIALS_FOLDER in names):
            names.clear()
            yield Path(path)
        names[:] = sorted(name for name in names if not name.startswith("."))


def _revision(environment: dict[str, object]) -> str:
    revision = environment.get("git_revision")
    return f"{revision}{'+' if environment.get('git_dirty') else ''}" if revision else ""
