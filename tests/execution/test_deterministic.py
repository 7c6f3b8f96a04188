"""`recipe.deterministic`: the same suite, the same bits; and a report that says what may be expected."""

import pytest
import torch
from factories import document, write_run

from bench.analysis.tables import load
from bench.execution.execute import execute
from bench.measurements.timing import decisions
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.store import CHECKPOINT_FILE, TrialStore
from reports.repeatable import repeatable


@pytest.fixture(autouse=True)
def _put_back():
    threads = torch.get_num_threads()
    yield
    decisions._made.clear()
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(threads)


def weights(folder, threads):
    """Those of a network with batch norm, trained with augmentation for two epochs."""
    trial = Trial(
        label="A", architecture="cifar_resnet20", dataset=Dataset(name="digits", image_size=16, limit=100),
        recipe=Recipe(epochs=2, seeds=(0,), batch_size=32, deterministic=True, augment=["crop", "rotation"]),
        execution=Execution(device="cpu", precision="float32", threads=threads),
    )  # fmt: skip
    record = execute(trial, TrialStore(folder), data_root=None, report=lambda _: None)
    assert record.choices.threads == threads
    return torch.load(folder / CHECKPOINT_FILE, weights_only=True)["model"]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_same_trial_gives_the_same_bits(tmp_path, threads):
    """With any number of threads, which the record states."""
    first, second = weights(tmp_path / "first", threads), weights(tmp_path / "second", threads)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("common", "first", "said"),
    [
        (True, True, "the same bits from the same suite on this machine, with these libraries and "),
        (False, False, "the same initial weights, order of images and augmentation; the same bits usually"),
        (False, True, "CNN: the same bits from the same suite"),
    ],
)
def test_the_report_says_what_repeats(tmp_path, common, first, said):
    """For all networks, for none, or for which."""
    networks = [
        {"label": "CNN", "name": "plain_cnn", "recipe": {"deterministic": first}},
        {"label": "ResNet", "name": "shared_resnet"},
    ]
    suite = document(recipe={"epochs": 2, "deterministic": common}, architectures=networks)
    assert repeatable(load(write_run(tmp_path, suite))).startswith(said)
