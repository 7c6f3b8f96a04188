"""Progress for a log file: one line for each thing worth knowing."""

from __future__ import annotations

from rich.console import Console
from typing_extensions import override

from bench.commands.progress.display import Display, Event
from bench.commands.progress.wording import TimeLeft, epoch_text
from bench.plan import Plan, Trial
from bench.records import TrialRecord


class Lines(Display):
    """One line for each thing worth knowing."""

    def __init__(self, console: Console, plan: Plan) -> None:
        self._console = console
        self._position = {(trial.label, trial.seed): index for index, trial in enumerate(plan, start=1)}
        self._left = TimeLeft(plan)
        self._ongoing: dict[str, Trial] = {}
        self._trained: dict[str, int] = {}

    @override
    def start(self, trial: Trial) -> None:
        self._ongoing[trial.folder], self._trained[trial.folder] = trial, 0

    @override
    def skip(self, trial: Trial, record: TrialRecord) -> None:
        self._left.skip(trial.recipe.epochs)
        self._line(trial, f"{record.status} before, kept")

    @override
    def finish(self, trial: Trial, record: TrialRecord) -> None:
        self._ongoing.pop(trial.folder, None)
        self._left.skip(trial.recipe.epochs - self._trained.pop(trial.folder, 0))
        if record.status != "done":
            self._line(trial, f"{record.status}: {record.reason}")

    @override
    def event(self, event: Event) -> None:
        if event["kind"] == "data" and event["done"] in (0, event["total"]):
            self._console.print(
                f"data: {event['what']} {event['done']:,}/{event['total']:,}", highlight=False
            )
        elif event["kind"] == "epoch" and event["trial"] in self._ongoing:
            self._left.epoch()
            trial = self._ongoing[event["trial"]]
            self._trained[trial.folder] += 1
            total = trial.recipe.epochs
            self._line(trial, f"epoch {event['epoch']}/{total}  {epoch_text(event)}  {self._left}")
        elif event["kind"] == "notice":
            self._console.print(f"note: {event['text']}", highlight=False, markup=False, soft_wrap=True)

    def _line(self, trial: Trial, text: str) -> None:
        position = f"[{self._position[trial.label, trial.seed]}/{len(self._position)}]"
        self._console.print(
            f"{position} {trial.label} seed {trial.seed}  {text}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
