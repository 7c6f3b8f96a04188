"""Drive a run: every trial of the plan that has no record yet, one failure never stopping the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bench import environment
from bench.execution.local import OnEvent, TrialFailedError
from bench.execution.log_tail import log_tail
from bench.execution.messages import Message
from bench.plan import Plan, Trial
from bench.records import Status, TrialRecord
from bench.spec import Dataset
from bench.store import CHECKPOINT_FILE, LOG_FILE, Run, TrialStore, generations

FINISHED = ("done", "diverged")
"""States that running again would only repeat; failed and interrupted trials are tried again."""


class Engine(Protocol):
    """Whoever runs trials."""

    def prepare(self, dataset: Dataset, on_event: OnEvent) -> None:
        """Make sure that the dataset is there."""

    def execute(self, trial: Trial, folder: Path, on_event: OnEvent) -> TrialRecord:
        """Run one trial."""


class Watcher:
    """Is told how a run goes; this one does not care."""

    def begin(self, left: Plan) -> None:
        """Trials of an earlier run are known, and what is left to do begins."""

    def event(self, event: Message) -> None:
        """Something happened in the current trial, or while data are prepared."""

    def start(self, trial: Trial) -> None:
        """A trial begins."""

    def finish(self, trial: Trial, record: TrialRecord) -> None:
        """A trial has its record."""

    def skip(self, trial: Trial, record: TrialRecord) -> None:
        """A trial was finished by an earlier run."""


def drive(run: Run, plan: Plan, engine: Engine, watcher: Watcher) -> list[TrialRecord]:
    """Run what is left of the plan and return the records of all of it, in order.

    Raises:
        BenchError: Data are missing or the run directory cannot be written; finished trials are kept.
    """
    finished = {}
    for trial in plan:
        record = run.trial(trial).read_record()
        if record is not None and record.status in FINISHED:
            finished[trial.folder] = record
            generations.forget_previous(run.trial(trial).folder / CHECKPOINT_FILE)
            watcher.skip(trial, record)
    left = tuple(trial for trial in plan if trial.folder not in finished)
    watcher.begin(left)
    if left:
        engine.prepare(plan[0].dataset, watcher.event)
    for trial in left:
        finished[trial.folder] = _run_one(run, trial, engine, watcher)
    return [finished[trial.folder] for trial in plan]


def _run_one(run: Run, trial: Trial, engine: Engine, watcher: Watcher) -> TrialRecord:
    store = run.trial(trial)
    store.forget_record()  # of a trial that failed before: from here on its tables change
    watcher.start(trial)
    started_at = environment.now()
    try:
        record = engine.execute(trial, store.folder, watcher.event)
    except TrialFailedError as error:
        record = _unfinished(trial, store, started_at, "failed", str(error))
    except KeyboardInterrupt:
        store.write_record(_unfinished(trial, store, started_at, "interrupted", "the run was stopped"))
        raise
    store.write_record(record)
    if record.status in FINISHED:
        generations.forget_previous(store.folder / CHECKPOINT_FILE)
    watcher.finish(trial, record)
    return record


def _unfinished(trial: Trial, store: TrialStore, started_at: str, status: Status, reason: str) -> TrialRecord:
    return TrialRecord(
        trial=trial,
        trial_id=trial.id,
        status=status,
        reason=reason,
        log_tail=log_tail(store.folder / LOG_FILE) if status == "failed" else "",
        started_at=started_at,
        finished_at=environment.now(),
        environment=environment.describe(),
        files=store.digests(),
    )
