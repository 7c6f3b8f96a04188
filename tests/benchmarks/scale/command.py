"""Seconds and bytes of a run of stub trials: the driver, its files, its report."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bench import environment
from bench.commands.progress.lines import Lines
from bench.commands.progress.live import LiveReport
from bench.commands.progress.watchers import Watchers
from bench.execution.drive import Watcher, drive
from bench.execution.journal import Journal
from bench.execution.local import LocalEngine
from bench.execution.on_ray.engine import RayEngine
from bench.execution.run_log import RUN_LOG, logging_to
from bench.spec import Execution
from bench.store import Run
from scale import stub


class Spent(Watcher):
    """Adds up what the stubs themselves took, and knows when the first trial began, whatever that took."""

    def __init__(self):
        self.seconds = 0.0
        self.began = None

    def start(self, trial):
        self.began = self.began or (time.perf_counter(), time.process_time())

    def event(self, event):
        if event["kind"] == "spent":
            self.seconds += event["seconds"]


def main():
    """Run, render, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--engine", choices=("local", "ray"), default="local")
    parser.add_argument("--live", action="store_true", help="refresh the report along the way, as bench run")
    parser.add_argument("--folder", type=Path, help="keep the run here; by default nothing is kept")
    parser.add_argument("--no-report", action="store_true", help="do without the report at the end")
    chosen = parser.parse_args()
    console = Console(width=160, highlight=False)
    console.print(f"{environment.cpu_name()}, {environment.usable_cores()} cores")
    with tempfile.TemporaryDirectory() as place:
        run = Run.create(chosen.folder or Path(place), stub.describe(chosen.trials), "# stub\n")
        for line in (
            *of_driver(run, chosen),
            of_files(run.folder),
            *([] if chosen.no_report else [of_report(run)]),
        ):
            console.print(line)


def of_driver(run, chosen):
    """Run every trial; what that took."""
    spent, quiet = Spent(), Console(quiet=True)
    watchers = [Lines(quiet, run.info.plan), Journal(), spent]
    if chosen.live:
        watchers.append(LiveReport(run, quiet))
    with logging_to(run.folder / RUN_LOG), engine_of(run, chosen.engine) as engine:
        drive(run, run.info.plan, engine, Watchers(*watchers))
        wall, busy = time.perf_counter() - spent.began[0], time.process_time() - spent.began[1]
    per = 1000 / chosen.trials
    yield f"{chosen.trials} trials, engine {chosen.engine}: {wall:.1f} s; stubs {spent.seconds:.1f} s"
    if chosen.engine == "local":  # one after the other
        yield f"wall clock beside the stubs: {per * (wall - spent.seconds):.2f} ms a trial"
    else:
        yield f"wall clock: {per * wall:.2f} ms a trial"
    yield f"driver: {per * busy:.2f} ms of a core a trial, {peak() / 2**20:.0f} MiB resident at most"


def engine_of(run, name):
    """An engine whose trials are stubs."""
    if name == "local":
        return LocalEngine(None, stub.serve)
    execution = Execution.model_validate({"device": "cpu", "engine": "ray"})
    return RayEngine(execution, None, run.folder, task=stub.run_on_ray)


def of_files(folder):
    """How much the run left."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return f"files: {len(sizes):,}, {sum(sizes) / 2**20:.1f} MiB"


def of_report(run):
    """What the report takes; in this process, after the driver."""
    import reports

    started, busy = time.perf_counter(), time.process_time()
    path = reports.write_report(Run.open(run.folder))
    wall, busy = time.perf_counter() - started, time.process_time() - busy
    size, memory = path.stat().st_size / 2**20, peak() / 2**20
    return f"report: {wall:.1f} s, {busy:.1f} s of a core, {size:.1f} MiB; {memory:.0f} MiB resident at most"


def peak():
    """Most bytes resident at a time in this process."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
