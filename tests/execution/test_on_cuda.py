"""Whole trials on a GPU; skipped, visibly, where there is none."""

import pytest
import torch

from bench.execution.execute import execute
from bench.measurements.memory import inquiry
from bench.measurements.timing import decisions
from bench.plan import Trial
from bench.spec import Adam, Dataset, Execution, LargestBatch, Recipe, Throughput
from bench.store import CHECKPOINT_FILE, TrialStore

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


@pytest.fixture(autouse=True)
def _alone():
    """Whatever a trial sets for its process is put back."""
    inquiry._server.cache_clear()  # one that was started for another test sees no GPU
    decisions._made.clear()
    yield
    decisions._made.clear()
    torch.use_deterministic_algorithms(False)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False


def trial(epochs=2, *, deterministic=False, measured=None, **execution):
    return Trial(
        label="A", architecture="cifar_resnet20",
        dataset=Dataset(name="digits", image_size=16, channels=3, limit=200),
        recipe=Recipe(
            epochs=epochs, seeds=(0,), batch_size=32, optimizer=Adam(lr=1e-3), deterministic=deterministic,
            augment=["crop", "rotation"],
        ),
        execution=Execution(device="cuda", **execution), **(measured or {}),
    )  # fmt: skip


def run(folder, one):
    return execute(one, TrialStore(folder), data_root=None, report=lambda _: None)


@pytest.mark.parametrize("precision", ["tf32", "float32"])
def test_steps_are_compiled_in_every_precision(tmp_path, precision):
    """As they are and as CUDA graphs; the record says which is faster."""
    choices = run(tmp_path, trial(precision=precision, compile="auto")).choices
    assert (choices.device, choices.precision) == ("cuda:0", precision)
    assert choices.compile_failures == {}
    assert set(choices.compile_trial) == {"eager", "compiled", "compiled with CUDA graphs"}


def test_everything_is_measured(tmp_path):
    """Nothing that was asked for is missing."""
    measured = {
        "throughput": Throughput(batch_sizes=(32,), seconds=0.5), "memory": True, "profile": True,
        "gradient_flow": True, "largest_batch": LargestBatch(limit=32),
    }  # fmt: skip
    record = run(tmp_path, trial(measured=measured, precision="bfloat16"))
    assert (record.status, record.unmeasured) == ("done", {})
    assert record.data.residency == "device"
    assert {fact.method for fact in record.memory} == {"device allocator"}
    assert record.largest_batch[0].batch_size == 32
    assert record.peaks.matrix.precision == "bfloat16"
    assert record.profile.clock == "device"


def weights(folder, one):
    run(folder, one)
    return torch.load(folder / CHECKPOINT_FILE, weights_only=True, map_location="cpu")["model"]


@pytest.mark.parametrize("budget", [None, 2**12], ids=["on the device", "streamed"])
def test_the_same_trial_gives_the_same_bits(tmp_path, budget):
    """After a trial in the same process that need not repeat, and wherever images are kept."""
    run(tmp_path / "before", trial(epochs=1, precision="bfloat16"))
    first = weights(tmp_path / "first", trial(deterministic=True, precision="bfloat16"))
    again = trial(deterministic=True, precision="bfloat16", memory_budget=budget)
    second = weights(tmp_path / "second", again)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_an_interrupted_trial_ends_with_the_same_bits(tmp_path):
    """On the same device, in deterministic mode."""

    def interrupt(event):
        if event["kind"] == "epoch":
            raise KeyboardInterrupt

    one = trial(epochs=3, deterministic=True)
    with pytest.raises(KeyboardInterrupt):
        execute(one, TrialStore(tmp_path / "resumed"), data_root=None, report=interrupt)
    resumed, whole = weights(tmp_path / "resumed", one), weights(tmp_path / "whole", one)
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)
