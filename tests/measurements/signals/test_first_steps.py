"""The first steps: gradients as the optimiser got them, whatever interrupts the training."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from stopping import StoppedHereError, silent
from torch import nn

from bench.measurements.signals import first_steps
from bench.measurements.signals.first_steps import FirstSteps
from bench.measurements.signals.probe import weighted_layers
from bench.spec import SGD, Constant
from bench.store import TrialStore


def watch(training, folder):
    watcher = FirstSteps(training, TrialStore(folder), list(weighted_layers(training.model)))
    training.after_backward.append(watcher.after_backward)
    training.after_epoch.append(watcher)
    return training


def table(folder):
    return pd.read_csv(folder / "first_steps.csv")


def test_one_row_a_step_and_no_more_than_wanted(make_training, tmp_path, monkeypatch):
    """200 images in batches of 32 are 7 steps an epoch; the 17th is in the third epoch."""
    monkeypatch.setattr(first_steps, "STEPS", 17)
    watch(make_training(epochs=4), tmp_path).run(tmp_path / "c.pt", silent)
    assert list(table(tmp_path).step) == list(range(1, 18))
    assert list(table(tmp_path).agreement.isna()) == [step in (1, 8, 15) for step in range(1, 18)]


class HeadFirst(nn.Module):
    """Declared from the output to the input."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(6, 4)
        self.body = nn.Linear(64, 6)

    def forward(self, images):
        return self.head(self.body(images.flatten(1)))


def test_first_and_last_are_those_of_the_calls(make_training, tmp_path):
    """Not of the declaration."""
    training = make_training()
    training.model = HeadFirst()
    subject = SimpleNamespace(training=training, device=training.device, store=TrialStore(tmp_path))
    assert first_steps.start(subject).layers == ["body", "head"]


def test_numbers_equal_those_of_autograd(make_training, tmp_path):
    """Norms and cosine, from gradients taken by another way."""
    seen = []

    def keep(training):
        def note(loss):
            weights = [training.model.body[0].weight, training.model.head.weight]
            seen.append((loss.item(), [weight.grad.clone().flatten() for weight in weights]))

        training.after_backward.append(note)
        return training

    keep(watch(make_training(epochs=1), tmp_path)).run(tmp_path / "c.pt", silent)
    before = None
    for row, (loss, gradients) in zip(table(tmp_path).itertuples(), seen, strict=True):
        together = torch.cat(gradients)
        assert row.loss == pytest.approx(loss, rel=1e-5)
        assert row.gradient_norm == pytest.approx(together.norm().item(), rel=1e-5)
        assert row.first_layer_norm == pytest.approx(gradients[0].norm().item(), rel=1e-5)
        assert row.last_layer_norm == pytest.approx(gradients[1].norm().item(), rel=1e-5)
        if before is not None:
            cosine = F.cosine_similarity(together, before, dim=0).item()
            assert row.agreement == pytest.approx(cosine, abs=1e-5)
        before = together


def test_the_loss_is_unsmoothed(make_training, tmp_path):
    """As every reported loss: with 0.9 of smoothing over four classes it would hardly fall below log 4."""
    recipe = {"epochs": 1, "batch_size": 200, "schedule": Constant(name="constant")}
    training = watch(make_training(label_smoothing=0.9, **recipe), tmp_path)
    training.run(tmp_path / "c.pt", silent)
    assert table(tmp_path).loss[0] == pytest.approx(training.history[0].train_loss, rel=1e-6)


class Matrix(nn.Module):
    """Neither convolution nor linear layer."""

    def __init__(self):
        super().__init__()
        self.matrix = nn.Parameter(torch.zeros(64, 4))

    def forward(self, images):
        return images.flatten(1) @ self.matrix


def test_a_network_without_layers_is_trained_all_the_same(make_training, tmp_path):
    """There is nothing to write about it."""
    training = watch(make_training(network=Matrix, epochs=1), tmp_path)
    training.run(tmp_path / "c.pt", silent)
    assert len(training.history) == 1
    assert not (tmp_path / "first_steps.csv").exists()


def test_watching_changes_nothing(make_training, tmp_path):
    """The same weights, bit for bit."""
    plain, watched = make_training(), watch(make_training(), tmp_path)
    plain.run(tmp_path / "a.pt", silent)
    watched.run(tmp_path / "b.pt", silent)
    assert all(map(torch.equal, plain.model.state_dict().values(), watched.model.state_dict().values()))


def test_an_interrupted_training_leaves_the_same_table(make_training, tmp_path):
    """Rows of the epoch that was cut are written once."""
    recipe = {"epochs": 3, "optimizer": SGD(name="sgd", lr=0.02), "schedule": Constant(name="constant")}
    watch(make_training(**recipe), tmp_path / "whole").run(tmp_path / "a.pt", silent)

    def stop(event):
        if event["kind"] == "epoch" and event["epoch"] == 2:
            raise StoppedHereError

    with pytest.raises(StoppedHereError):
        watch(make_training(**recipe), tmp_path / "cut").run(tmp_path / "b.pt", stop)
    watch(make_training(**recipe), tmp_path / "cut").run(tmp_path / "b.pt", silent)
    pd.testing.assert_frame_equal(table(tmp_path / "cut"), table(tmp_path / "whole"))
