"""The report of a run that is going on: written anew between trials, and served if somebody asked for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from rich.console import Console
from typing_extensions import override

from bench.execution.drive import Watcher
from bench.execution.messages import Message
from bench.plan import Plan, Trial
from bench.records import TrialRecord
from bench.store import REPORT_FILE, Run

FREE_SECONDS = 10.0
"""Of writing, which every run may take: reports of a hundred trials are written whenever one begins."""

SHARE_OF_RUN = 0.05
"""Of a run's time that writing its report may take beyond that."""


class LiveReport(Watcher):
    """Writes report.html whenever a trial begins, so that all that finished before are in it.

    Where one trial runs at a time, that is between two of them: nothing is trained or timed meanwhile, so
    that the writing takes no core from a measurement. A run of thousands of trials, whose report takes long
    to write, is refreshed less often: writing takes no more than a small share of the run.
    """

    def __init__(self, run: Run, console: Console) -> None:
        self._run = run
        self._console = console
        self._ongoing: dict[str, Literal["running", "waiting"]] = {}
        self._broken = False
        self._trials: dict[str, Trial] = {}
        self._began, self._spent = time.monotonic(), 0.0
        self.news = "preparing"
        """What the run is doing, in a few words."""

    @property
    def path(self) -> Path:
        """Where the report lies."""
        return self._run.folder / REPORT_FILE

    @override
    def begin(self, left: Plan) -> None:
        self._ongoing = {trial.folder: "waiting" for trial in left}
        if left:
            self._write()

    @override
    def start(self, trial: Trial) -> None:
        self._ongoing[trial.folder] = "running"
        self._trials[trial.folder] = trial
        self._tell(trial, "starting")
        self._refresh()

    @override
    def finish(self, trial: Trial, record: TrialRecord) -> None:
        self._ongoing.pop(trial.folder, None)
        self._trials.pop(trial.folder, None)
        if "running" in self._ongoing.values():  # other trials go on beside it, so none will soon begin
            self._refresh()

    @override
    def event(self, event: Message) -> None:
        trial = self._trials.get(event.get("trial", ""))
        if event["kind"] == "epoch" and trial:
            self._tell(trial, f"epoch {event['epoch']} of {trial.recipe.epochs} done")
        elif event["kind"] == "stage" and trial:
            self._tell(trial, f"measuring {event['stage']}")
        elif event["kind"] == "data":
            self.news = f"preparing data, {event['done']:,} of {event['total']:,} {event['what']}"

    def _tell(self, trial: Trial, what: str) -> None:
        states = list(self._ongoing.values())
        others, waiting = states.count("running") - 1, states.count("waiting")
        beside = f"; {others} others running" if others > 1 else "; another running" if others == 1 else ""
        later = f"; {waiting} more to come" if waiting else ""
        self.news = f"{trial.label}, seed {trial.seed}: {what}{beside}{later}"

    def _refresh(self) -> None:
        """Write the report, unless writing has taken too much of the run's time already."""
        if self._spent <= FREE_SECONDS + SHARE_OF_RUN * (time.monotonic() - self._began):
            started = time.monotonic()
            self._write()
            self._spent += time.monotonic() - started

    def _write(self) -> None:
        """Write the report; that it cannot be written yet is said once, and is no reason to stop training."""
        import reports  # noqa: PLC0415 - a command that does not run anything does without pandas

        try:
            reports.write_report(self._run, self._ongoing)
        except Exception as error:  # noqa: BLE001 - training is dear, and the last report is written in any case
            if not self._broken:
                self._console.print(
                    f"the report could not be refreshed ({type(error).__name__}: {error}); the run goes on",
                    highlight=False, markup=False, soft_wrap=True,
                )  # fmt: skip
            self._broken = True


@contextmanager
def served(page: LiveReport, console: Console) -> Iterator[None]:
    """Serve the report on this machine for the time of the block, and say where."""
    from reports.server import ReportServer  # noqa: PLC0415 - only needed here

    with ReportServer(page.path, lambda: page.news) as server:
        console.print(f"live report: {server.url}", soft_wrap=True, highlight=False)
        yield


def serve_on(page: LiveReport, console: Console) -> None:
    """Return when a person or a scheduler ends it: whoever left the page open finds the result there."""
    page.news = "the run has ended"
    with suppress(KeyboardInterrupt):  # from the moment on in which it is said
        console.print("The run has ended; its report is served until Ctrl-C.")
        threading.Event().wait()
