"""A run whose engine has several trials going at a time."""

from __future__ import annotations

import pytest
from factories import architectures, document, make_record, write_run

from bench.execution.drive import Watcher, drive
from bench.execution.local import TrialFailedError

SUITE = document(architectures=architectures(3), claims=[], recipe={"epochs": 1, "seeds": [0]})


class Backwards:
    """Takes all that it may, and ends the last first; the second fails."""

    def __init__(self, stop=False):
        self.stop = stop

    def prepare(self, dataset, on_event):
        pass

    def execute_all(self, work):
        taken = []
        while (job := work.take()) is not None:
            taken.append(job)
        for trial, _ in taken:
            work.started(trial)
        for trial, _ in reversed(taken):
            work.event(trial, {"kind": "epoch", "epoch": 1})
            failed = trial.label == "Network 1"
            yield trial, TrialFailedError("node lost") if failed else make_record(trial, 0)[0]
            if self.stop:
                raise KeyboardInterrupt


class Listener(Watcher):
    def __init__(self):
        self.heard = []

    def start(self, trial):
        self.heard.append(("start", trial.label))

    def event(self, event):
        self.heard.append((event["kind"], event["trial"].split("-s")[0]))

    def finish(self, trial, record):
        self.heard.append((record.status, trial.label))


@pytest.fixture
def run(tmp_path):
    """A run of three trials of which nothing is there yet."""
    return write_run(tmp_path, SUITE, lambda _: None)


def test_trials_end_in_any_order_and_events_say_whose_they_are(run):
    """The records come in the order of the plan."""
    listener = Listener()
    drive(run, run.info.plan, Backwards(), listener)
    assert [(record.trial.label, record.status) for record in run.records()] == [
        ("Network 0", "done"), ("Network 1", "failed"), ("Network 2", "done"),
    ]  # fmt: skip
    assert listener.heard == [
        ("start", "Network 0"), ("start", "Network 1"), ("start", "Network 2"),
        ("epoch", "network-2"), ("done", "Network 2"),
        ("epoch", "network-1"), ("failed", "Network 1"),
        ("epoch", "network-0"), ("done", "Network 0"),
    ]  # fmt: skip


def test_an_interruption_is_recorded_for_every_trial_that_had_begun(run):
    """What had ended before keeps its record, and the next run does the rest."""
    with pytest.raises(KeyboardInterrupt):
        drive(run, run.info.plan, Backwards(stop=True), Watcher())
    assert [record.status for record in run.records()] == ["interrupted", "interrupted", "done"]
    listener = Listener()
    drive(run, run.info.plan, Backwards(), listener)
    assert ("start", "Network 2") not in listener.heard
    assert [record.status for record in run.records()] == ["done", "failed", "done"]
