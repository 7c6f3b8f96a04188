"""Training: it learns, it can be interrupted anywhere, and what it reports is what happened."""

import math
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from stopping import StoppedHereError, numbers, silent
from torch import nn

from architectures import ArchitectureError
from bench.errors import StoreError
from bench.measurements.training import running
from bench.measurements.training.evaluation import Evaluation, evaluate
from bench.measurements.training.running import DivergedError
from bench.spec import SGD, Constant, Execution, Lookahead, Muon


def test_it_learns(make_training, tmp_path):
    """Four easy classes are told apart after a few epochs."""
    training = make_training(epochs=8)
    training.run(tmp_path / "c.pt", silent)
    assert training.history[-1].test_accuracy > 0.9
    assert training.history[-1].train_loss < training.history[0].train_loss


class WithHeads(nn.Module):
    """Returns more than logits while it is trained, as networks with auxiliary heads do."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        logits = self.model(images)
        return (logits, logits) if self.training else logits


def test_more_than_logits_is_refused_by_name(make_training, tmp_path):
    """What evaluation does not show."""
    training = make_training()
    training.model = WithHeads(training.model)
    training.shared = training.replicas.together(training.model, training.model, training.batch_norm)
    with pytest.raises(ArchitectureError, match="returns a tuple in training; return logits alone"):
        training.run(tmp_path / "c.pt", silent)


def test_it_learns_in_bfloat16(make_training, tmp_path):
    """Under autocast; weights, loss and the numbers reported stay in float32."""
    training = make_training(epochs=8, execution=Execution(device="cpu", precision="bfloat16"))
    training.run(tmp_path / "c.pt", silent)
    assert training.history[-1].test_accuracy > 0.9
    assert {weight.dtype for weight in training.model.parameters()} == {torch.float32}
    with training.device.autocast():
        assert training.model(training.pipeline(training.test.images)).dtype == torch.bfloat16


def test_the_same_seed_gives_the_same_numbers(make_training, tmp_path):
    """And another seed gives others."""
    runs = [make_training(seed) for seed in (0, 0, 1)]
    for index, training in enumerate(runs):
        training.run(tmp_path / f"{index}.pt", silent)
    assert numbers(runs[0]) == numbers(runs[1])
    assert numbers(runs[0]) != numbers(runs[2])


class ByChance(nn.Module):
    """Draws from generators that are none of torch's."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        kept = random.random() + np.random.rand()  # noqa: NPY002
        return self.model(images) * kept if self.training else self.model(images)


def test_whatever_a_network_draws_from_repeats(make_training, tmp_path):
    """Python's generator and numpy's are seeded, too."""
    runs = [make_training() for _ in range(2)]
    for index, training in enumerate(runs):
        training.model = ByChance(training.model)
        training.shared = training.replicas.together(training.model, training.model, training.batch_norm)
        training.run(tmp_path / f"{index}.pt", silent)
    assert numbers(runs[0]) == numbers(runs[1])


@pytest.mark.parametrize("stop_after", [1, 3])
@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(name="sgd"),
        SGD(name="sgd", decay_norm_and_bias=False, norm_bias_lr_scale=8),
        Muon(name="muon", lr=0.05, norm_bias_lr_scale=8),
        None,
        Lookahead(every=3, decay=0.6, growth=2.0),
        Lookahead(every=3, decay=0.6, buffers=True),
    ],
    ids=["sgd", "sgd in groups", "muon", "adamw", "lookahead", "lookahead with buffers"],
)
def test_an_interrupted_training_ends_with_the_same_bits(make_training, tmp_path, stop_after, optimizer):
    """Weights, buffers and every number, as if it had never stopped: dropout and augmentation included."""
    recipe = {"optimizer": optimizer} if optimizer else {}
    if isinstance(optimizer, Lookahead):
        recipe = {"lookahead": optimizer}
    whole = make_training(**recipe)
    whole.run(tmp_path / "whole.pt", silent)

    def stop(event):
        if event["kind"] == "epoch" and event["epoch"] == stop_after:
            raise StoppedHereError

    interrupted = make_training(**recipe)
    with pytest.raises(StoppedHereError):
        interrupted.run(tmp_path / "c.pt", stop)
    torch.rand(7)  # a new process has drawn other numbers
    resumed = make_training(**recipe)
    resumed.run(tmp_path / "c.pt", silent)
    assert resumed.resumed == 1
    assert numbers(resumed) == numbers(whole)
    assert resumed.watch.seconds >= sum(epoch.train_seconds for epoch in resumed.history)
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], tensor), name


def test_an_epoch_that_was_cut_short_leaves_no_row(make_training, tmp_path):
    """One row an epoch, none twice."""
    training = make_training()
    training.after_epoch.append(
        lambda epochs: (_ for _ in ()).throw(StoppedHereError) if epochs == 2 else None
    )
    with pytest.raises(StoppedHereError):
        training.run(tmp_path / "c.pt", silent)
    resumed = make_training()
    resumed.run(tmp_path / "c.pt", silent)
    assert [epoch.epoch for epoch in resumed.history] == [1, 2, 3, 4]


def test_reported_test_numbers_are_those_of_the_final_weights(make_training, tmp_path):
    """Recomputed by hand from the model that training leaves."""
    training = make_training()
    training.run(tmp_path / "c.pt", silent)
    training.model.eval()
    with torch.no_grad():
        logits = training.model(training.pipeline(training.test.images))
    last = training.history[-1]
    assert last.test_loss == pytest.approx(F.cross_entropy(logits, training.test.labels).item(), rel=1e-5)
    assert last.test_accuracy == pytest.approx(
        (logits.argmax(1) == training.test.labels).float().mean().item()
    )


def test_reported_losses_are_unsmoothed(make_training, tmp_path):
    """Label smoothing changes what is minimised, not what is reported: a smoothed loss has a floor."""
    training = make_training(epochs=12, label_smoothing=0.5, augment=())
    training.run(tmp_path / "c.pt", silent)
    validation = evaluate(training.model, training.validation, training.pipeline, training.device)
    assert training.history[-1].validation_loss == pytest.approx(validation.loss)
    floor = -(0.625 * math.log(0.625) + 3 * 0.125 * math.log(0.125))
    assert training.history[-1].train_loss < floor


def test_test_set_as_validation_repeats_its_numbers(make_training, tmp_path):
    """With validation = "test" the validation columns are the test set's."""
    training = make_training(epochs=1)
    dataset = training.trial.dataset.model_copy(update={"validation": "test"})
    training.trial = training.trial.model_copy(update={"dataset": dataset})
    training.validation = None
    training.run(tmp_path / "c.pt", silent)
    (epoch,) = training.history
    assert (epoch.validation_loss, epoch.validation_accuracy) == (epoch.test_loss, epoch.test_accuracy)


def test_a_loss_that_is_no_number_stops_the_training(make_training, tmp_path):
    """With its epoch in the message."""
    training = make_training(optimizer=SGD(name="sgd", lr=1e30), schedule=Constant(name="constant"))
    with pytest.raises(DivergedError, match=r"in epoch [12]"):
        training.run(tmp_path / "c.pt", silent)


class Lost(nn.Linear):
    """A network whose weights are no numbers any more."""

    def __init__(self):
        super().__init__(64, 4)

    def forward(self, images):
        return super().forward(images.flatten(1)) * math.nan


def test_a_long_epoch_that_diverges_is_not_finished(make_training, tmp_path, monkeypatch):
    """Whenever the loss is read to be shown, it is looked at; nothing mends a sum that is no number."""
    monkeypatch.setattr(running, "SECONDS_BETWEEN_REPORTS", 0)
    training = make_training(network=Lost)
    losses = []
    training.after_backward.append(losses.append)
    with pytest.raises(DivergedError, match="training loss is nan in epoch 1"):
        training.run(tmp_path / "c.pt", silent)
    assert len(losses) < training.steps_per_epoch


@pytest.mark.parametrize("kind", ["validation", "test"])
def test_weights_lost_in_the_last_step_of_an_epoch_are_noticed(make_training, tmp_path, kind):
    """By the evaluation after it: the training loss was still a number."""
    training = make_training()
    really = training._evaluate

    def evaluate(images):
        lost = images is getattr(training, kind)
        return Evaluation(math.nan, 0.25) if lost else really(images)

    training._evaluate = evaluate
    with pytest.raises(DivergedError, match=f"{kind} loss is nan in epoch 1"):
        training.run(tmp_path / "c.pt", silent)
    assert not training.history


def test_flops_and_speed_follow_from_the_images(make_training, tmp_path):
    """Per epoch: FLOPs of every image, images per second of training alone."""
    training = make_training(epochs=1)
    training.run(tmp_path / "c.pt", silent)
    (epoch,) = training.history
    assert epoch.train_flops == 200 * 1000
    assert epoch.train_images_per_second == pytest.approx(200 / epoch.train_seconds)


class Malicious:
    """Unpickling it would create a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_a_checkpoint_that_would_run_code_is_refused(make_training, tmp_path):
    """Checkpoints hold tensors and plain values only."""
    torch.save({"version": 1, "trial_id": "x", "model": Malicious(tmp_path / "proof")}, tmp_path / "c.pt")
    with pytest.raises(StoreError, match="damaged checkpoint"):
        make_training().run(tmp_path / "c.pt", silent)
    assert not (tmp_path / "proof").exists()


def test_a_truncated_checkpoint_is_refused(make_training, tmp_path):
    """Nothing is trained on from half a file."""
    training = make_training(epochs=1)
    training.run(tmp_path / "c.pt", silent)
    content = (tmp_path / "c.pt").read_bytes()
    (tmp_path / "c.pt").write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError, match="damaged checkpoint"):
        make_training(epochs=1).run(tmp_path / "c.pt", silent)


def test_a_checkpoint_of_another_trial_is_refused(make_training, tmp_path):
    """A folder copied by hand does not lend its results."""
    make_training(seed=0, epochs=1).run(tmp_path / "c.pt", silent)
    with pytest.raises(StoreError, match="another trial"):
        make_training(seed=1, epochs=1).run(tmp_path / "c.pt", silent)
