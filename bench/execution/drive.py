"""Drive a run: every trial of the plan that has no record yet, one failure never stopping the rest."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from bench import environment
from bench.execution.agenda import Agenda
from bench.execution.engine import Engine, ParallelEngine, outcomes
from bench.execution.local import TrialFailedError
from bench.execution.log_tail import log_tail
from bench.execution.messages import Message
from bench.plan import Plan, Trial
from bench.records import Status, TrialRecord
from bench.store import CHECKPOINT_FILE, LOG_FILE, Run, TrialStore, generations

FINISHED = ("done", "diverged")
"""States that running again would only repeat; failed and interrupted trials are tried again."""


class Watcher:
    """Is told how a run goes, in which several trials may go on at a time; this one does not care."""

    def begin(self, left: Plan) -> None:
        """Trials of an earlier run are known, and what is left to do begins."""

    def event(self, event: Message) -> None:
        """Something happened while data are prepared, or in the trial whose folder is `event["trial"]`."""

    def start(self, trial: Trial) -> None:
        """A trial begins."""

    def finish(self, trial: Trial, record: TrialRecord) -> None:
        """A trial has its record."""

    def skip(self, trial: Trial, record: TrialRecord) -> None:
        """A trial was finished by an earlier run."""


def drive(run: Run, plan: Plan, engine: Engine | ParallelEngine, watcher: Watcher) -> None:
    """Run what is left of the plan; records are written as trials end, and none is kept in memory.

    Raises:
        BenchError: Data are missing or the run directory cannot be written; finished trials are kept.
    """
    left = tuple(trial for trial in plan if not _finished_before(run, trial, watcher))
    watcher.begin(left)
    if left:
        engine.prepare(left[0], watcher.event)
    work = _Ongoing(run, left, watcher)
    try:
        with closing(outcomes(engine, work)) as ending:
            for trial, outcome in ending:
                work.ended(trial, outcome)
    except KeyboardInterrupt:
        work.interrupted()
        raise


def _finished_before(run: Run, trial: Trial, watcher: Watcher) -> bool:
    store = run.trial(trial)
    record = store.read_record()
    if record is None or record.status not in FINISHED:
        return False
    generations.forget_previous(store.folder / CHECKPOINT_FILE)
    watcher.skip(trial, record)
    return True


class _Ongoing:
    """The trials that are left: hands them out, and writes the record of each that has ended."""

    def __init__(self, run: Run, left: Plan, watcher: Watcher) -> None:
        self._run, self._watcher = run, watcher
        self._agenda = Agenda(left)
        self._began: dict[str, tuple[Trial, str]] = {}

    def take(self) -> tuple[Trial, Path] | None:
        trial = self._agenda.take()
        if trial is None:
            return None
        store = self._run.trial(trial)
        store.forget_record()  # of a trial that failed before: from here on its tables change
        return trial, store.folder

    def started(self, trial: Trial) -> None:
        self._began[trial.folder] = trial, environment.now()
        self._watcher.start(trial)

    def event(self, trial: Trial, message: Message) -> None:
        self._watcher.event({**message, "trial": trial.folder})

    def ended(self, trial: Trial, outcome: TrialRecord | TrialFailedError) -> None:
        """Write the record of a trial, and let others know."""
        store = self._run.trial(trial)
        _, started_at = self._began.pop(trial.folder, (trial, environment.now()))
        if isinstance(outcome, TrialFailedError):
            outcome = _unfinished(trial, store, started_at, "failed", str(outcome))
        store.write_record(outcome)
        if outcome.status in FINISHED:
            generations.forget_previous(store.folder / CHECKPOINT_FILE)
        self._agenda.end(trial)
        self._watcher.finish(trial, outcome)

    def interrupted(self) -> None:
        """Write down what had begun; nobody works on it any more."""
        for trial, started_at in self._began.values():
            store = self._run.trial(trial)
            store.write_record(_unfinished(trial, store, started_at, "interrupted", "the run was stopped"))


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
