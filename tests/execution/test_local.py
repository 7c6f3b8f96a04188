"""The local engine: a trial that dies, hangs or raises costs only itself."""

import os
import re
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.errors import DataError, SuiteError
from bench.execution import local
from bench.execution.local import LocalEngine, TrialFailedError
from bench.execution.log_tail import log_tail
from bench.plan import Trial
from bench.spec import Architecture, Dataset, Execution, Freeze, Recipe

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


MISBEHAVING = """
import ctypes, os, resource, signal, sys, time, warnings
import torch
from torch import nn

class Network(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.act = act
        self.head = nn.Linear(256, 10)

    def forward(self, x):
        scale = 1 if x.device.type == "meta" else self.act()
        return self.head(x.flatten(1)) * (1 if scale is None else scale)

def raise_error():
    raise OSError("no such luck")

def take_all_memory():
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, before[1]))
    try:
        torch.empty(2**30)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)

def warn():
    warnings.warn("as libraries do")

def refuse(*_):
    raise RuntimeError("CUDA error: device-side assert triggered")

def lose_the_device():
    torch.cuda.is_initialized, torch.cuda.synchronize = lambda: True, refuse
    refuse()

def hang():
    warnings.warn("it hangs")
    time.sleep(600)

def raises(num_classes): return Network(raise_error)
def killed(num_classes): return Network(lambda: os.kill(os.getpid(), signal.SIGKILL))
def crashes(num_classes): return Network(lambda: ctypes.string_at(0))
def exits(num_classes): return Network(lambda: sys.exit(7))
def loses_the_device(num_classes): return Network(lose_the_device)
def hangs(num_classes): return Network(hang)
def devours(num_classes): return Network(take_all_memory)
def diverges(num_classes): return Network(lambda: float("nan"))
def warns(num_classes): return Network(warn)
def crashes_at_once(num_classes): os.abort()
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A worker that finds networks that misbehave."""
    folder = tmp_path_factory.mktemp("networks")
    (folder / "misbehaving.py").write_text(MISBEHAVING)
    with pytest.MonkeyPatch.context() as patch, LocalEngine(None) as engine:
        patch.syspath_prepend(folder)  # a worker finds what its driver finds
        yield engine


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
    process = engine._worker.process
    engine.execute(trial(), tmp_path / "2", silent)
    assert engine._worker.process is process


def test_an_exception_is_the_reason_and_the_worker_goes_on(engine, tmp_path):
    """Type, message and place; the same worker runs the next trial."""
    with pytest.raises(
        TrialFailedError, match=r"OSError: no such luck \(misbehaving.py:\d+ in raise_error\)"
    ):
        engine.execute(trial("misbehaving:raises"), tmp_path, silent)
    process = engine._worker.process
    assert engine.execute(trial(), tmp_path / "next", silent).status == "done"
    assert engine._worker.process is process
    assert log_tail(tmp_path / "log.txt").splitlines()[-1] == "OSError: no such luck"


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_memory_that_runs_out_says_what_to_do(engine, tmp_path):
    """And with which batch size; the same worker goes on."""
    process = engine._worker.process
    with pytest.raises(TrialFailedError, match=r"out of memory \(training at batch size 16\)"):
        engine.execute(trial("misbehaving:devours"), tmp_path, silent)
    assert engine._worker.process is process


def test_a_device_that_is_lost_costs_its_trial_alone(engine, tmp_path):
    """A failed assertion on a GPU stays with the process: the next trial gets another one."""
    engine.execute(trial(), tmp_path / "before", silent)
    process = engine._worker.process
    with pytest.raises(TrialFailedError, match="device-side assert triggered"):
        engine.execute(trial("misbehaving:loses_the_device"), tmp_path / "lost", silent)
    assert not process.is_alive()
    assert engine.execute(trial(), tmp_path / "next", silent).status == "done"


def test_a_loss_that_is_no_number_ends_the_training(engine, tmp_path):
    """A record of its own kind, with the epoch: it is a result, and is not tried again."""
    record = engine.execute(trial("misbehaving:diverges"), tmp_path, silent)
    assert (record.status, record.reason) == ("diverged", "training loss is nan in epoch 1")
    assert record.static is not None


def test_what_libraries_warn_of_goes_to_the_logs(engine, tmp_path):
    """To the trial's own, and to the driver for that of the run; not to the screen."""
    events = []
    engine.execute(trial("misbehaving:warns"), tmp_path, events.append)
    told = [event for event in events if event["kind"] == "log"]
    assert re.fullmatch(r"UserWarning: as libraries do \(misbehaving.py:\d+\)", told[0]["text"])
    assert "as libraries do" in (tmp_path / "log.txt").read_text()


def test_where_nothing_can_be_written_the_run_ends(engine, tmp_path):
    """Not the trial alone, for all the others would be trained in vain."""
    (tmp_path / "log.txt").mkdir()
    with pytest.raises(
        DataError, match=r"log\.txt: cannot be written: .*; free space, or keep the run elsewhere"
    ):
        engine.execute(trial(), tmp_path, silent)


@pytest.mark.parametrize(
    ("network", "reason", "where"),
    [
        ("killed", "the worker was killed by SIGKILL; perhaps the machine ran out of memory", ""),
        ("crashes", "the worker was killed by SIGSEGV", "in <lambda>"),
        ("exits", "the worker ended with exit code 7", ""),
    ],
)
def test_a_worker_that_dies_costs_its_trial_alone(engine, tmp_path, network, reason, where):
    """The reason names the signal, and the end of the log the line that crashed; the next one is alive."""
    with pytest.raises(TrialFailedError) as raised:
        engine.execute(trial(f"misbehaving:{network}"), tmp_path, silent)
    assert str(raised.value) == reason
    tail = log_tail(tmp_path / "log.txt")
    assert where in tail
    assert not where or "misbehaving.py" in tail


def test_a_trial_that_hangs_is_stopped(engine, tmp_path, monkeypatch):
    """After its time limit, which the reason states; the end of the log says where it hung."""
    clock = SimpleNamespace(now=0)
    monkeypatch.setattr(local, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def wait_for_an_hour(event):
        if event["kind"] == "log" and "it hangs" in event["text"]:
            clock.now = 3600

    with pytest.raises(TrialFailedError, match="time limit of 3600 s"):
        engine.execute(trial("misbehaving:hangs", time_limit=3600), tmp_path, wait_for_an_hour)
    assert " in hang" in log_tail(tmp_path / "log.txt")


def test_networks_are_looked_at_where_a_crash_costs_little(engine):
    """In the worker: a network that ends the process ends the worker, and no more than that."""
    silently = {"on_event": silent, "time_limit": None}
    good, bad, crash = (
        Architecture(label="A", name=name)
        for name in ("plain_cnn", "plain_cn", "misbehaving:crashes_at_once")
    )
    assert engine.check(good, (1, 16, 10), **silently) is None
    assert "did you mean 'plain_cnn'" in engine.check(bad, (1, 16, 10), **silently)
    freeze = [Freeze(parameters="layer9.*")]
    assert "called 'layer9.*'; there are body." in engine.check(good, (1, 16, 10), freeze=freeze, **silently)
    with pytest.raises(TrialFailedError, match="SIGABRT"):
        engine.check(crash, (1, 16, 10), **silently)


def test_a_missing_dataset_is_an_error_of_the_run(tmp_path, monkeypatch):
    """Not of a trial: nothing can be trained."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    with LocalEngine(tmp_path) as engine, pytest.raises(DataError, match="--data-root"):
        engine.prepare(trial().model_copy(update={"dataset": Dataset(name="folder", path="nowhere")}), silent)


@pytest.mark.parametrize(
    ("execution", "expected"),
    [({"device": "cuda"}, "this machine has no 'cuda'"), ({"precision": "tf32"}, "needs a CUDA device")],
)
def test_a_missing_device_is_an_error_of_the_run(execution, expected):
    """It would fail every trial in the same way."""
    suite = trial().model_copy(update={"execution": Execution(**execution)})
    with LocalEngine(None) as engine, pytest.raises(SuiteError, match=expected):
        engine.prepare(suite, silent)


def test_leaving_the_engine_ends_the_worker(tmp_path):
    """No process stays behind."""
    with LocalEngine(None) as engine:
        engine.prepare(trial(), silent)
        pid = engine._worker.process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
    assert not Path(f"/proc/{pid}").exists()
