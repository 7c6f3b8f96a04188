"""Decisions made by measuring: recorded, and kept when a trial is continued."""

import json
from pathlib import Path

import pytest
import torch

from bench.errors import StoreError
from bench.execution.execute import execute
from bench.measurements.timing import compilation, decisions
from bench.measurements.training import evaluation
from bench.plan import Trial
from bench.records import Decisions
from bench.spec import Dataset, Execution, Recipe, Throughput
from bench.store import TrialStore

MEASURED = Decisions(
    compile_variant="compiled", compile_trial={"eager": 2.0, "compiled": 1.0},
    compile_spread={"eager": 0.1, "compiled": 0.1}, compile_seconds={"eager": 0.0, "compiled": 9.0},
)  # fmt: skip


def run(folder: Path, *, throughput=None, **recipe):
    trial = Trial(
        label="A", throughput=throughput, architecture="plain_cnn",
        dataset=Dataset(name="digits", image_size=16, limit=100),
        recipe=Recipe(**{"epochs": 1, "seeds": (0,), **recipe}),
        execution=Execution(device="cpu", precision="float32", compile="auto", threads=1),
    )  # fmt: skip
    return execute(trial, TrialStore(folder), data_root=None, report=lambda _: None)


@pytest.fixture
def times(monkeypatch):
    """How often the compiler was tried; trying takes no time and prefers it."""
    calls = []

    def decide(*arguments, **_):
        calls.append(arguments)
        return MEASURED

    monkeypatch.setattr(compilation, "decide", decide)
    monkeypatch.setattr(compilation, "compiled", lambda model, _: model)
    return calls


@pytest.fixture(autouse=True)
def _put_back():
    decisions._made.clear()
    yield
    torch.use_deterministic_algorithms(False)


def test_what_was_decided_is_in_the_record(tmp_path, times):
    """The choice, and the timings that led to it."""
    choices = run(tmp_path).choices
    assert choices.compile
    assert choices.compile_variant == "compiled"
    assert choices.compile_trial == {"eager": 2.0, "compiled": 1.0}
    assert choices.evaluation_batch_size is None  # by rule: a CPU has no preference worth a digit


def test_a_continued_trial_keeps_to_it(tmp_path, times):
    """Measured once, whatever the machine does today."""
    first = run(tmp_path).choices
    assert run(tmp_path).choices == first
    assert len(times) == 1


@pytest.mark.parametrize("damage", ["{", '{"compile_variant": "eager"', "[]"])
def test_a_damaged_file_is_refused(tmp_path, times, damage):
    """To decide again could end otherwise, in the middle of a trial; the message says what to remove."""
    run(tmp_path)
    (tmp_path / "decisions.json").write_text(damage)
    decisions._made.clear()  # as in a new process
    with pytest.raises(StoreError, match=r"decisions\.json: damaged .* remove it"):
        run(tmp_path)


def test_a_changed_file_is_refused(tmp_path, times):
    """It carries its checksum; those of earlier versions have none, and are believed."""
    first = run(tmp_path).choices
    file = tmp_path / "decisions.json"
    content = json.loads(file.read_bytes())
    file.write_text(json.dumps({**content, "compile_variant": "eager"}))
    with pytest.raises(StoreError, match="changed since it was written"):
        run(tmp_path)
    del content["sha256"]
    file.write_text(json.dumps(content))
    assert run(tmp_path).choices == first


def test_all_seeds_of_a_network_run_alike(tmp_path, times):
    """Measured for the first; another batch size is another question."""
    speed = Throughput(batch_sizes=(2,), modes=("inference",), seconds=0.01)  # the first seed's alone
    assert (
        run(tmp_path / "0", throughput=speed, seeds=(0,)).choices == run(tmp_path / "1", seeds=(1,)).choices
    )
    assert len(times) == 1
    run(tmp_path / "2", batch_size=64)
    assert len(times) == 2


def test_an_accelerator_is_asked_for_its_batch_of_an_evaluation(tmp_path, times, monkeypatch):
    """The fastest is taken, and the timings of all are recorded."""
    monkeypatch.setattr(evaluation, "fastest", lambda *_: {64: 0.1, 32: 0.2})
    monkeypatch.setattr(decisions, "chooses_its_batch", lambda *_: True)
    choices = run(tmp_path).choices
    assert choices.evaluation_batch_size == 64
    assert choices.evaluation_trial == {"64": 0.1, "32": 0.2}


def test_where_results_must_repeat_nothing_is_measured(tmp_path):
    """Deterministic: nothing depends on a clock."""
    choices = run(tmp_path, deterministic=True).choices
    assert choices.evaluation_batch_size is None
    assert not choices.compile
