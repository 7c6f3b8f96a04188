"""What an engine is: whoever runs trials, one at a time or many."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from bench.execution.local import OnEvent, TrialFailedError
from bench.execution.messages import Message
from bench.plan import Trial
from bench.records import TrialRecord

Ended = tuple[Trial, TrialRecord | TrialFailedError]
"""A trial that is over, with its record or with why it has none."""


class Work(Protocol):
    """What an engine takes trials from, and tells how they go."""

    def take(self) -> tuple[Trial, Path] | None:
        """The next trial that may start, and its folder; None where there is none for now.

        Raises:
            WriteError: The run directory cannot be written.
        """

    def started(self, trial: Trial) -> None:
        """Say that somebody works on a trial."""

    def event(self, trial: Trial, message: Message) -> None:
        """Pass on what a trial says."""


class Engine(Protocol):
    """Runs one trial at a time."""

    def prepare(self, trial: Trial, on_event: OnEvent) -> None:
        """Make sure that the device and the data of trials like this one are there."""

    def execute(self, trial: Trial, folder: Path, on_event: OnEvent) -> TrialRecord:
        """Run one trial."""


@runtime_checkable
class ParallelEngine(Protocol):
    """Runs several trials at a time."""

    def prepare(self, trial: Trial, on_event: OnEvent) -> None:
        """Make sure that the data of trials like this one are there, wherever trials will run."""

    def execute_all(self, work: Work) -> Generator[Ended, None, None]:
        """Run trials until nothing is left, and yield each as it ends.

        When the generator is closed, or an error leaves it, no trial is running any more.
        """


def outcomes(engine: Engine | ParallelEngine, work: Work) -> Generator[Ended, None, None]:
    """Let an engine do all the work; each trial as it ends."""
    return engine.execute_all(work) if isinstance(engine, ParallelEngine) else _one_by_one(engine, work)


def _one_by_one(engine: Engine, work: Work) -> Generator[Ended, None, None]:
    while (job := work.take()) is not None:
        trial, folder = job
        work.started(trial)
        try:
            record = engine.execute(trial, folder, partial(work.event, trial))
        except TrialFailedError as error:
            yield trial, error
        else:
            yield trial, record
