"""Initial weights: continuing equals never having stopped, and only the right checkpoint will do."""

import hashlib

import pytest
import torch
from stopping import StoppedHereError, numbers, silent
from torch import nn

from bench.data.batches import ImageSet
from bench.errors import DataError, StoreError
from bench.measurements.training import initial
from bench.measurements.training.running import DivergedError
from bench.plan import Trial
from bench.spec import SGD, Adam, Constant, Dataset, InitFrom, Muon, Plateau, Recipe, Step

BY_LABEL = InitFrom(trial="A")
CONTINUED = InitFrom(trial="A", keep="training")


def same_bits(one, other):
    theirs = other.model.state_dict()
    return all(torch.equal(tensor, theirs[name]) for name, tensor in one.model.state_dict().items())


@pytest.fixture
def trained(make_training, tmp_path):
    """A finished training of two epochs, its checkpoint, and how to make one that starts from it."""

    def train(**recipe):
        first = make_training(epochs=2, **recipe)
        first.run(tmp_path / "first.pt", silent)

        def following(init_from, *, seed=0, epochs=4, **changes):
            return make_training(
                seed=seed, epochs=epochs,
                init_from=init_from, origin=first.trial if init_from.trial else None,
                checkpoint=tmp_path / "first.pt", **{**recipe, **changes},
            )  # fmt: skip

        return first, tmp_path / "first.pt", following

    return train


@pytest.mark.parametrize("optimizer", [SGD(name="sgd"), Adam(lr=0.02), Muon(name="muon", lr=0.05)])
@pytest.mark.parametrize(
    "schedule",
    [
        Constant(name="constant"),
        Step(name="step", milestones=(1, 3)),
        Plateau(name="plateau", patience=0),
    ],
    ids=["constant", "step", "plateau"],
)
def test_continuing_equals_never_having_stopped(make_training, trained, tmp_path, optimizer, schedule):
    """Two epochs, and two more in another trial, give the bits and the numbers of four at once."""
    recipe = {"optimizer": optimizer, "schedule": schedule}
    whole = make_training(epochs=4, **recipe)
    whole.run(tmp_path / "whole.pt", silent)
    _, _, following = trained(**recipe)
    continued = following(CONTINUED)
    continued.run(tmp_path / "continued.pt", silent)
    assert numbers(continued) == numbers(whole)
    assert same_bits(continued, whole)


def test_a_continued_training_can_be_interrupted_itself(trained, tmp_path):
    """It resumes from its own checkpoint, with the same bits, and still knows where it came from."""
    _, _, following = trained()
    whole = following(CONTINUED)
    whole.run(tmp_path / "whole.pt", silent)

    def stop(event):
        if event["kind"] == "epoch":
            raise StoppedHereError

    cut = following(CONTINUED)
    with pytest.raises(StoppedHereError):
        cut.run(tmp_path / "cut.pt", stop)
    resumed = following(CONTINUED)
    resumed.origin.unlink()  # no longer needed
    resumed.run(tmp_path / "cut.pt", silent)
    assert (resumed.resumed, len(cut.history)) == (1, 3)
    assert same_bits(resumed, whole)
    assert resumed.initial == whole.initial


def test_weights_alone_start_a_training_of_their_own(trained, tmp_path):
    """At the checkpoint's weights, with a new optimiser and a new schedule, from epoch 1 on."""
    first, path, following = trained()
    training = following(BY_LABEL, epochs=1, optimizer=SGD(name="sgd", lr=0.01))
    seen = {}
    training.after_epoch.append(
        lambda epochs: seen.setdefault(
            epochs, {name: tensor.clone() for name, tensor in training.model.state_dict().items()}
        )
    )
    training.run(tmp_path / "c.pt", silent)
    assert all(torch.equal(seen[0][name], tensor) for name, tensor in first.model.state_dict().items())
    assert [epoch.epoch for epoch in training.history] == [1]
    facts = training.initial
    assert facts.checkpoint_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (facts.trial_id, facts.label, facts.epochs, facts.keep) == (first.trial.id, "A", 2, "weights")


def test_other_hyperparameters_hold_for_the_continued_epochs(trained, tmp_path):
    """The checkpoint brings moments, the recipe brings everything else."""
    _, _, following = trained(optimizer=SGD(name="sgd", lr=0.02), schedule=Constant(name="constant"))
    wild = following(CONTINUED, optimizer=SGD(name="sgd", lr=1e30))
    with pytest.raises(DivergedError, match="in epoch 3"):
        wild.run(tmp_path / "c.pt", silent)


class Wider(nn.Module):
    """Another network."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3, 2), nn.ReLU())
        self.neck = nn.Linear(8 * 3 * 3, 4)

    def forward(self, images):
        return self.neck(self.body(images).flatten(1))


def test_a_checkpoint_of_another_network_is_refused_layer_by_layer(trained, tmp_path):
    """Missing, superfluous and differently shaped tensors are named."""
    _, _, following = trained()
    with pytest.raises(DataError) as caught:
        following(BY_LABEL, network=Wider).run(tmp_path / "c.pt", silent)
    message = str(caught.value)
    assert "body.0.weight: 6x1x3x3 in the checkpoint, 8x1x3x3 in the network" in message
    assert "neck.weight: not in the checkpoint" in message
    assert "body.1.weight: not in the network" in message
    assert message.endswith("and 3 more")


def test_a_missing_checkpoint_says_which_trial_to_train(trained, tmp_path):
    """And nothing is trained from other weights instead."""
    _, path, following = trained()
    path.unlink()
    training = following(BY_LABEL)
    with pytest.raises(DataError, match=r"first\.pt: the checkpoint to start from is not there; train 'A'"):
        training.run(tmp_path / "c.pt", silent)
    assert training.history == []


def test_half_a_training_is_no_start(make_training, tmp_path):
    """The checkpoint of a trial that was cut short is not taken for that of a finished one."""
    first = make_training(epochs=2)

    def stop(event):
        if event["kind"] == "epoch":
            raise StoppedHereError

    with pytest.raises(StoppedHereError):
        first.run(tmp_path / "first.pt", stop)
    training = make_training(init_from=BY_LABEL, origin=first.trial, checkpoint=tmp_path / "first.pt")
    with pytest.raises(DataError, match=r"'A' is to train for 2 epochs, and this checkpoint .* after 1"):
        training.run(tmp_path / "c.pt", silent)


def test_a_file_that_changed_after_planning_is_refused(trained, tmp_path):
    """Its digest is part of the trial's id, and must hold when it is read."""
    _, path, following = trained()
    start = InitFrom(checkpoint=str(path), sha256="0" * 64)
    with pytest.raises(DataError, match="changed since the run was planned"):
        following(start).run(tmp_path / "c.pt", silent)


def test_a_file_that_is_no_checkpoint_is_refused(trained, tmp_path):
    """Damaged, or of something else."""
    _, path, following = trained()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreError, match="damaged checkpoint"):
        following(InitFrom(checkpoint=str(path))).run(tmp_path / "c.pt", silent)
    torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(StoreError, match="no checkpoint of this program"):
        following(InitFrom(checkpoint=str(path))).run(tmp_path / "c.pt", silent)


def test_a_training_is_continued_by_its_own_optimiser_only(trained, tmp_path):
    """Moments of one say nothing to another."""
    _, _, following = trained()
    with pytest.raises(DataError, match="trained by adamw, to be continued by sgd"):
        following(CONTINUED, optimizer=SGD(name="sgd")).run(tmp_path / "c.pt", silent)


def test_a_finished_training_is_not_continued_towards_fewer_epochs(trained, tmp_path):
    """Epochs count from the very beginning."""
    _, path, following = trained()
    start = InitFrom(checkpoint=str(path), keep="training")
    with pytest.raises(DataError, match="already trained for 2 epochs of 2"):
        following(start, epochs=2).run(tmp_path / "c.pt", silent)


@pytest.mark.parametrize(("seed", "seen"), [(0, False), (1, True)])
def test_another_split_may_have_shown_the_validation_images(trained, tmp_path, seed, seen):
    """The split follows the seed; weights of another seed have learned from images held out here."""
    _, path, following = trained()
    training = following(InitFrom(checkpoint=str(path)), seed=seed, epochs=1)
    training.run(tmp_path / "c.pt", silent)
    assert training.initial.validation_seen is seen


def test_what_an_earlier_start_may_have_shown_is_not_forgotten(make_training, trained, tmp_path):
    """Weights of seed 0 know validation images of seed 1, also after a training of seed 1 in between."""
    _, path, following = trained()
    following(InitFrom(checkpoint=str(path)), seed=1, epochs=1).run(tmp_path / "second.pt", silent)
    third = make_training(
        seed=1, epochs=1, init_from=InitFrom(checkpoint="second.pt"), checkpoint=tmp_path / "second.pt"
    )
    third.run(tmp_path / "third.pt", silent)
    assert third.initial.validation_seen


def test_epochs_of_another_seed_are_not_continued(trained, tmp_path):
    """Three seeds that share their first epochs are one sample, and would be shown as three."""
    _, path, following = trained()
    training = following(InitFrom(checkpoint=str(path), keep="training"), seed=1)
    with pytest.raises(DataError, match=r"trained with seed 0, .* none of seed 1; .* recipe.seeds = \[0\]"):
        training.run(tmp_path / "c.pt", silent)


@pytest.mark.parametrize(
    "other",
    [{"name": "digits"}, {"limit": 100}, {"validation": "test"}, {"image_size": 16}, {"normalize": "unit"}],
)
def test_epochs_on_other_images_are_not_continued(trained, tmp_path, other):
    """Their accuracies would stand among those of this trial, and the best of them as its own."""
    _, path, following = trained()
    training = following(InitFrom(checkpoint=str(path), keep="training"))
    dataset = training.trial.dataset.model_copy(update=other)
    training.trial = training.trial.model_copy(update={"dataset": dataset})
    with pytest.raises(DataError, match=rf"trained on other images \(dataset\.{next(iter(other))}\)"):
        training.run(tmp_path / "c.pt", silent)


def test_moments_find_their_parameters_in_other_groups(make_training, trained, tmp_path):
    """A decay, even one that is too small to move a bit, sorts norms and biases behind all else."""
    spared = {"name": "sgd", "lr": 0.02, "decay_norm_and_bias": False}
    recipe = {"schedule": Constant(name="constant"), "optimizer": SGD(**spared, weight_decay=0.0)}
    whole = make_training(epochs=4, **recipe)
    whole.run(tmp_path / "whole.pt", silent)
    _, _, following = trained(**recipe)
    continued = following(CONTINUED, optimizer=SGD(**spared, weight_decay=1e-30))
    continued.run(tmp_path / "continued.pt", silent)
    assert same_bits(continued, whole)


def test_moments_of_other_parameters_are_refused(trained, tmp_path):
    """What was frozen since then has none to go on with."""
    _, _, following = trained()
    training = following(CONTINUED)
    training.model.body[0].requires_grad_(requires_grad=False)
    with pytest.raises(DataError, match="6 parameters were trained, 4 are to be"):
        training.run(tmp_path / "c.pt", silent)


def test_checkpoints_of_the_same_run_lie_beside_the_trial(tmp_path):
    """And those of files where the suite says."""
    first = Trial(label="A", architecture="plain_cnn", dataset=Dataset(), recipe=Recipe(seeds=(0,)),
                  execution={})  # fmt: skip
    second = first.model_copy(update={"label": "B", "origin": first})
    assert initial.checkpoint_path(second, tmp_path / second.folder) == (
        tmp_path / first.folder / "checkpoint.pt"
    )
    recipe = first.recipe.model_copy(update={"init_from": InitFrom(checkpoint="x/c.pt")})
    third = first.model_copy(update={"recipe": recipe})
    assert initial.checkpoint_path(third, tmp_path) == (initial.Path("x/c.pt"))
    assert initial.checkpoint_path(first, tmp_path) is None


class Fitted(nn.Module):
    """Starts from the mean of the images it is shown."""

    fitting_images = 50

    def __init__(self):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(1, 8, 8), requires_grad=False)
        self.head = nn.Linear(64, 4)
        self.fits = 0

    def fit_to_images(self, images):
        self.mean.copy_(images.mean(0))
        self.fits += 1

    def forward(self, images):
        return self.head((images - self.mean).flatten(1))


def test_a_network_may_look_at_the_first_training_images(make_training, tmp_path):
    """Unaugmented, normalised, before the first step; the time it takes is training time."""
    training = make_training(network=Fitted, epochs=1)
    training.run(tmp_path / "c.pt", silent)
    images = training.pipeline(training.train.images[:50])
    assert torch.equal(training.model.mean, images.mean(0))
    assert training.initial.fitted_images == 50
    assert training.history[0].train_seconds > training.initial.fitting_seconds > 0


def test_images_that_are_sorted_by_class_are_looked_at_in_proportion(make_training, tmp_path):
    """As class folders list them: the first fifty would be of one class."""
    training = make_training(network=Fitted, epochs=1)
    order = training.train.labels.argsort()
    training.train = ImageSet(training.train.store, order, training.train.labels[order])
    training.run(tmp_path / "c.pt", silent)
    shown = training.train.sample(50)
    assert len(shown.labels.unique()) == 4
    assert torch.equal(training.model.mean, training.pipeline(shown.images).mean(0))


def test_it_looks_only_once(make_training, tmp_path):
    """What was learned since then is in the checkpoint."""
    make_training(network=Fitted, epochs=1).run(tmp_path / "c.pt", silent)
    resumed = make_training(network=Fitted, epochs=1)
    resumed.run(tmp_path / "c.pt", silent)
    assert resumed.model.fits == 0
    assert resumed.initial.fitted_images == 50
