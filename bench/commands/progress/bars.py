"""Progress for a person at a terminal: live bars."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from typing_extensions import Self, override

from bench.commands.progress.display import Display, Event
from bench.commands.progress.wording import TimeLeft, duration, epoch_text
from bench.plan import Plan, Trial
from bench.records import TrialRecord

MOST_BARS = 16
"""Trials with a bar of their own; a cluster may run more at a time than a terminal has lines."""


@dataclass
class _Ongoing:
    """A trial that goes on."""

    bar: TaskID
    trained: int = 0
    last_step: tuple[float, int] = (0.0, 0)
    """When the last step was reported, and the images seen until then."""


class Bars(Display):
    """A bar for all trials, and one for each that goes on: loss, accuracy, images per second, time left."""

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
        self._data: TaskID | None = None
        self._ongoing: dict[str, _Ongoing] = {}

    @override
    def __enter__(self) -> Self:
        self._progress.start()
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @override
    def start(self, trial: Trial) -> None:
        if self._data is not None:
            self._progress.remove_task(self._data)
            self._data = None
        name = f"{trial.label} seed {trial.seed}"
        visible = len(self._ongoing) < MOST_BARS
        bar = self._progress.add_task(name, total=trial.recipe.epochs, text="starting", visible=visible)
        self._ongoing[trial.folder] = _Ongoing(bar)

    @override
    def skip(self, trial: Trial, record: TrialRecord) -> None:
        self._left.skip(trial.recipe.epochs)
        self._progress.advance(self._trials)

    @override
    def finish(self, trial: Trial, record: TrialRecord) -> None:
        if ended := self._ongoing.pop(trial.folder, None):
            self._progress.remove_task(ended.bar)
        self._left.skip(trial.recipe.epochs - (ended.trained if ended else 0))
        for other in list(self._ongoing.values())[:MOST_BARS]:
            self._progress.update(other.bar, visible=True)
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
        if kind == "notice":
            self._progress.console.print(f"note: {event['text']}", highlight=False, markup=False)
        elif (ongoing := self._ongoing.get(event.get("trial", ""))) is not None:
            self._trial_event(ongoing, event)
        elif kind == "data":
            if self._data is None:
                self._data = self._progress.add_task(event["what"], total=event["total"], text="")
            self._progress.update(self._data, completed=event["done"], total=event["total"])

    def _trial_event(self, ongoing: _Ongoing, event: Event) -> None:
        kind = event["kind"]
        if kind == "step":
            done = event["epoch"] - 1 + event["seen"] / event["images"]
            text = f"loss {event['loss']:.3f}  accuracy {event['accuracy']:.1%}  {_rate(ongoing, event)}"
            self._progress.update(ongoing.bar, completed=int(done), text=text)
        elif kind == "epoch":
            self._left.epoch()
            ongoing.trained += 1
            self._progress.update(ongoing.bar, completed=event["epoch"], text=epoch_text(event))
            self._progress.update(self._trials, text=str(self._left))
        elif kind == "stage":
            self._progress.update(ongoing.bar, text=f"measuring {event['stage']}")
        elif kind == "data":
            self._progress.update(ongoing.bar, text=f"{event['what']} {event['done']:,}/{event['total']:,}")


def _rate(ongoing: _Ongoing, event: Event) -> str:
    """Images per second since the last report; empty where there was none in this epoch's reach."""
    seen = (event["epoch"] - 1) * event["images"] + event["seen"]
    (before, count), ongoing.last_step = ongoing.last_step, (time.monotonic(), seen)
    if not 0 < seen - count <= event["images"]:
        return ""
    return f"{(seen - count) / (time.monotonic() - before):,.0f} img/s"
