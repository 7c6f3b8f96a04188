"""Driving a run: what fails, is interrupted or killed costs what was in progress, and nothing else."""

from pathlib import Path

import pytest
from factories import document, make_record
from faults import FORBIDDEN, FULL, READ_ONLY, VANISHED, Faults, KilledError

from bench.errors import StoreError, WriteError
from bench.execution.drive import Watcher, drive
from bench.execution.local import TrialFailedError
from bench.plan import make_plan, run_id
from bench.records import EPOCH_COLUMNS
from bench.store import Run, RunInfo, TrialStore, generations
from bench.store.lock import RunLock
from bench.suite_file import check_document

SUITE = check_document(
    document(
        recipe={"epochs": 2, "seeds": [0]},
        architectures=[{"label": label, "name": "plain_cnn"} for label in ("A", "B")],
        claims=[],
    ),
    "test",
)
PLAN = make_plan(SUITE)
INFO = RunInfo(
    run_id=run_id(PLAN), suite_name="s", suite=SUITE, plan=PLAN, environment={},
    created_at="2026-01-02T03:04:05Z",
)  # fmt: skip


class Engine:
    """Leaves what a trial leaves, without training: a checkpoint an epoch, tables, a log."""

    def __init__(self):
        self.executed = []

    def prepare(self, dataset, on_event):
        pass

    def execute(self, trial, folder, on_event):
        self.executed.append(trial.label)
        store = TrialStore(folder)
        record, epochs, _ = make_record(trial, 0)
        for epoch in epochs:
            generations.write(
                folder / "checkpoint.pt", lambda sink, epoch=epoch: sink.write(repr(epoch).encode())
            )
        store.write_table("epochs", EPOCH_COLUMNS, epochs)
        self.afterwards(trial, folder)
        return record.model_copy(update={"files": store.digests()})

    def afterwards(self, trial, folder):
        """The last thing that happens in a trial."""


def work(folder, engine=None):
    """What `bench run` does with a run directory."""
    with RunLock(Run.folder_of(folder, INFO)):
        run = Run.create(folder, INFO, "# the suite\n")
        run.sweep()
        drive(run, PLAN, engine or Engine(), Watcher())
    return run.records()


def content(folder):
    """Everything a run left, by name."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    return {name: data for name, data in files.items() if not name.endswith((".lock", ".sha256"))}


@pytest.fixture
def undisturbed(tmp_path):
    """What a run leaves to which nothing happened."""
    work(tmp_path / "undisturbed")
    return content(tmp_path / "undisturbed")


@pytest.mark.parametrize(
    "errors", [(FULL, READ_ONLY, FORBIDDEN, VANISHED), ("killed",)], ids=["disk", "kill"]
)
def test_wherever_it_stops_the_same_command_ends_the_same(tmp_path, monkeypatch, undisturbed, errors):
    """At each call that changes the disk: a clear message, finished trials kept, and no byte different."""
    faults = Faults(monkeypatch)
    faults.arm(None, None)
    work(tmp_path / "counted")
    calls = faults.disarm()
    assert calls > 60
    for at in range(1, calls + 1):
        folder = tmp_path / str(at)
        faults.arm(at, errors[at % len(errors)])
        message = attempt(folder)
        faults.disarm()
        assert message is None or message.startswith(f"{folder}"), at
        assert message is None or ": cannot be " in message, at
        before = records(folder)
        engine = Engine()
        work(folder, engine)
        assert not set(before) & set(engine.executed), at
        assert content(folder) == undisturbed, at


def attempt(folder):
    """The message of a run that could not write; None when it was killed, or did not care."""
    try:
        work(folder)
    except WriteError as error:
        return str(error)
    except KilledError:
        pass
    return None


def records(folder):
    """Labels of the trials that are finished; none of their files is damaged."""
    run = Run.folder_of(folder, INFO)
    return [record.trial.label for record in Run.open(run).records()] if (run / "run.json").is_file() else []


class FailsFirst(Engine):
    """The first attempt at a trial raises what it is given."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def afterwards(self, trial, folder):
        if trial.label == "A" and self.executed.count("A") == 1:
            (folder / "log.txt").write_text(f"one\n{Path.home()}/net.py failed\n")
            raise self.error


def test_a_failed_trial_leaves_its_reason_and_the_end_of_its_log(tmp_path):
    """Without the places of this machine's files; the others run, and it is tried again the next time."""
    engine = FailsFirst(TrialFailedError("killed by SIGABRT"))
    first, second = work(tmp_path, engine)
    assert (first.status, first.reason, first.log_tail) == (
        "failed", "killed by SIGABRT", "one\n~/net.py failed",
    )  # fmt: skip
    assert second.status == "done"
    assert [record.status for record in work(tmp_path, engine)] == ["done", "done"]
    assert engine.executed == ["A", "B", "A"]


def test_an_interrupted_trial_is_recorded_as_such(tmp_path):
    """And continued by the same command."""
    engine = FailsFirst(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        work(tmp_path, engine)
    (record,) = Run.open(Run.folder_of(tmp_path, INFO)).records()
    assert (record.status, record.trial.label) == ("interrupted", "A")
    assert [record.status for record in work(tmp_path, engine)] == ["done", "done"]


def test_a_kill_during_a_second_attempt_does_not_damage_the_record_of_the_first(tmp_path):
    """The tables change before the record does, so the record goes first."""
    engine = FailsFirst(TrialFailedError("raised"))
    work(tmp_path, engine)

    class Kills(Engine):
        def execute(self, trial, folder, on_event):
            TrialStore(folder).write_table("epochs", EPOCH_COLUMNS, [])
            raise KilledError

    with pytest.raises(KilledError):
        work(tmp_path, Kills())
    assert [record.status for record in work(tmp_path)] == ["done", "done"]


def test_a_finished_trial_that_was_changed_stops_the_run(tmp_path):
    """What was measured is never replaced without being asked; the message says how."""
    work(tmp_path)
    (table,) = Run.folder_of(tmp_path, INFO).glob("trials/a-*/epochs.csv")
    table.write_text("")
    with pytest.raises(StoreError, match=r"epochs\.csv: missing or changed .* remove the folder"):
        work(tmp_path)
