"""The local engine: a trial that dies, hangs or raises costs only itself."""

import os
import signal
from pathlib import Path

import pytest

from bench.errors import DataError
from bench.execution.local import LocalEngine, TrialFailedError
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe

TINY = Dataset(name="digits", limit=60, image_size=16)


def trial(name="plain_cnn", **execution):
    return Trial(
        label="A",
        architecture=name,
        args={"width": 4} if name == "plain_cnn" else {},
        dataset=TINY,
        recipe=Recipe(epochs=2, batch_size=16, seeds=(0,)),
        execution=Execution(device="cpu", **execution),
    )


@pytest.fixture(scope="module")
def engine():
    with LocalEngine(None) as engine:
        yield engine


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """A module with networks that misbehave, importable by the worker as well."""
    (tmp_path / "misbehaving.py").write_text(
        "import os, signal, time\n"
        "from torch import nn\n"
        "def raises(num_classes): return Raises()\n"
        "def killed(num_classes): return Killed()\n"
        "def hangs(num_classes): return Hangs()\n"
        "class Base(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.head = nn.Linear(256, 10)\n"
        "    def forward(self, x):\n"
        "        if x.device.type != 'meta': self.act()\n"
        "        return self.head(x.flatten(1))\n"
        "class Raises(Base):\n"
        "    def act(self): raise OSError('no such luck')\n"
        "class Killed(Base):\n"
        "    def act(self): os.kill(os.getpid(), signal.SIGKILL)\n"
        "class Hangs(Base):\n"
        "    def act(self): time.sleep(600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.syspath_prepend(tmp_path)


def silent(_):
    pass


def test_a_trial_becomes_a_record(engine, tmp_path):
    """With its tables beside it, and progress on the way."""
    events = []
    record = engine.execute(trial(), tmp_path, events.append)
    assert record.status == "done"
    assert [event["epoch"] for event in events if event["kind"] == "epoch"] == [1, 2]
    assert set(record.files) == {
        "epochs.csv", "layers.csv", "ledger.csv",
        "classes.csv", "confusion.csv", "calibration.csv", "predictions.csv",
    }  # fmt: skip


def test_the_worker_stays_warm(engine, tmp_path):
    """Torch is imported once for all trials."""
    engine.execute(trial(), tmp_path / "1", silent)
    process = engine._process
    engine.execute(trial(), tmp_path / "2", silent)
    assert engine._process is process


def test_an_exception_is_the_reason_and_the_worker_goes_on(broken, tmp_path):
    """Type, message and place; the same worker runs the next trial."""
    with LocalEngine(None) as engine:
        with pytest.raises(TrialFailedError, match=r"OSError: no such luck \(misbehaving.py:\d+ in act\)"):
            engine.execute(trial("misbehaving:raises"), tmp_path, silent)
        process = engine._process
        assert engine.execute(trial(), tmp_path / "next", silent).status == "done"
        assert engine._process is process
    assert "no such luck" in (tmp_path / "log.txt").read_text()


def test_a_killed_worker_is_replaced(broken, tmp_path):
    """The reason names the signal."""
    with LocalEngine(None) as engine:
        with pytest.raises(TrialFailedError, match="killed by SIGKILL"):
            engine.execute(trial("misbehaving:killed"), tmp_path, silent)
        assert engine.execute(trial(), tmp_path / "next", silent).status == "done"


def test_a_trial_that_hangs_is_stopped(broken, tmp_path):
    """After its time limit, which the reason states."""
    with LocalEngine(None) as engine, pytest.raises(TrialFailedError, match="time limit of 20 s"):
        engine.execute(trial("misbehaving:hangs", time_limit=20), tmp_path, silent)


def test_a_missing_dataset_is_an_error_of_the_run(tmp_path, monkeypatch):
    """Not of a trial: nothing can be trained."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    with LocalEngine(tmp_path) as engine, pytest.raises(DataError, match="--data-root"):
        engine.prepare(Dataset(name="folder", path="nowhere"), silent)


def test_leaving_the_engine_ends_the_worker(tmp_path):
    """No process stays behind."""
    with LocalEngine(None) as engine:
        engine.prepare(TINY, silent)
        pid = engine._process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
    assert not Path(f"/proc/{pid}").exists()
