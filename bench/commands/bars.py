"""Progress for a person at a terminal: live bars."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from typing_extensions import Self, override

from bench.commands.display import Display, Event
from bench.commands.progress_text import TimeLeft, duration, epoch_text
from bench.plan import Plan, Trial
from bench.records import TrialRecord


class Bars(Display):
    """Two bars: all trials, and the current one with its loss, accuracy, images per second and time left."""

    def __init__(self, console: Console, plan: Plan) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[text]}", markup=False),
            console=console,
        )
        self._left = TimeLeft(plan)
        self._trials = self._progress.add_task("trials", total=len(plan), text="")
        self._current: TaskID | None = None
        self._trial: Trial | None = None
        self._trained = 0
        self._last_step = (0.0, 0)

    @override
    def __enter__(self) -> Self:
        self._progress.start()
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @override
    def start(self, trial: Trial) -> None:
        self._trial, self._trained = trial, 0
        self._remove_current()
        name = f"{trial.label} seed {trial.seed}"
        self._current = self._progress.add_task(name, total=trial.recipe.epochs, text="starting")

    @override
    def skip(self, trial: Trial, record: TrialRecord) -> None:
        self._left.skip(trial.recipe.epochs)
        self._progress.advance(self._trials)

    @override
    def finish(self, trial: Trial, record: TrialRecord) -> None:
        self._left.skip(trial.recipe.epochs - self._trained)
        self._remove_current()
        if record.training is None or record.status != "done":
            text = f"{record.status}: {record.reason}"
        else:
            last = record.training.last
            seconds = duration(record.training.train_seconds)
            text = f"test accuracy {last.test_accuracy:.2%} after {last.epoch} epochs, {seconds} of training"
        self._progress.console.print(
            f"{trial.label} seed {trial.seed}: {text}", highlight=False, markup=False
        )
        self._progress.update(self._trials, advance=1, text=str(self._left))

    @override
    def event(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "data":
            if self._current is None:
                self._current = self._progress.add_task(event["what"], total=event["total"], text="")
            self._progress.update(self._current, completed=event["done"], total=event["total"])
        elif kind == "step" and self._current is not None:
            done = event["epoch"] - 1 + event["seen"] / event["images"]
            text = f"loss {event['loss']:.3f}  accuracy {event['accuracy']:.1%}  {self._rate(event)}"
            self._progress.update(self._current, completed=int(done), text=text)
        elif kind == "epoch" and self._current is not None:
            self._left.epoch()
            self._trained += 1
            self._progress.update(self._current, completed=event["epoch"], text=epoch_text(event))
            self._progress.update(self._trials, text=str(self._left))
        elif kind == "stage" and self._current is not None:
            self._progress.update(self._current, text=f"measuring {event['stage']}")
        elif kind == "notice":
            self._progress.console.print(f"note: {event['text']}", highlight=False, markup=False)

    def _rate(self, event: Event) -> str:
        seen = (event["epoch"] - 1) * event["images"] + event["seen"]
        (before, count), self._last_step = self._last_step, (time.monotonic(), seen)
        if not 0 < seen - count <= event["images"]:
            return ""
        return f"{(seen - count) / (time.monotonic() - before):,.0f} img/s"

    def _remove_current(self) -> None:
        if self._current is not None:
            self._progress.remove_task(self._current)
            self._current = None
