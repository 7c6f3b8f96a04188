"""The loss landscape: directions scaled filter by filter, the trained weights in the middle, and put back."""

import pandas as pd
import pytest
import torch
from torch import Generator, nn

from bench.measurements.signals import landscape
from bench.measurements.signals.landscape import filter_normalised, measure, move
from bench.measurements.static import Static
from bench.measurements.subject import Subject
from bench.measurements.training.evaluation import Evaluation, evaluate
from bench.spec import LossLandscape
from bench.store import TrialStore


@pytest.fixture
def subject(make_training, tmp_path):
    """A network after its training, and what is wanted of its landscape."""

    def make(**wanted):
        training = make_training(epochs=6)
        training.run(tmp_path / "c.pt", lambda _: None)
        trial = training.trial.model_copy(update={"loss_landscape": LossLandscape(**wanted)})
        return Subject(trial, Static(None, [], []), training, None, training.device, TrialStore(tmp_path))

    return make


def table(subject):
    measure(subject)
    return pd.read_csv(subject.store.folder / "landscape.csv")


def test_every_filter_has_the_norm_of_the_networks_own():
    """Biases and normalisation have no part in a direction."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 2))
    direction = filter_normalised(model, Generator().manual_seed(0))
    assert set(direction) == {"0.weight", "3.weight"}
    for name, moved in direction.items():
        own = model.get_parameter(name).detach()
        torch.testing.assert_close(moved.flatten(1).norm(dim=1), own.flatten(1).norm(dim=1))


def test_norms_over_whole_images_have_no_part_either():
    """Whatever the number of their dimensions."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LayerNorm((4, 2, 2)))
    assert set(filter_normalised(model, Generator().manual_seed(0))) == {"0.weight"}


def test_moving_is_adding():
    model = nn.Linear(3, 2)
    centre = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    one, two = ({"weight": torch.full((2, 3), value)} for value in (1.0, 10.0))
    move(model, centre, [one, two], (0.5, -1.0))
    torch.testing.assert_close(model.weight.detach(), centre["weight"] + 0.5 - 10)
    assert torch.equal(model.bias, centre["bias"])
    move(model, centre, [one, two], (0.0, 0.0))
    assert torch.equal(model.weight, centre["weight"])


def test_the_middle_is_the_trained_network(subject):
    """And it lies lower than the ends, after training; weights are put back to the bit."""
    trained = subject(points=5, images=120)
    state = {name: value.clone() for name, value in trained.training.model.state_dict().items()}
    slice_ = table(trained)
    images = trained.training.train.sample(120)
    here = evaluate(trained.training.model, images, trained.training.pipeline, trained.device)
    middle = slice_[slice_.x == 0].iloc[0]
    assert middle.loss == pytest.approx(here.loss, rel=1e-6)
    assert middle.accuracy == pytest.approx(here.accuracy)
    assert list(slice_.x) == [-1, -0.5, 0, 0.5, 1]
    assert middle.loss < slice_.loss.iloc[[0, -1]].min()
    assert all(torch.equal(value, state[name]) for name, value in trained.training.model.state_dict().items())


@pytest.mark.parametrize("points", [5, 21])
def test_the_middle_is_exactly_the_middle(make_training, tmp_path, monkeypatch, points):
    """Else a plane has no line through the trained network; torch.linspace misses it with 21 points."""
    training = make_training()
    wanted = LossLandscape(points=points, dimensions=2, images=10)
    trial = training.trial.model_copy(update={"loss_landscape": wanted})
    monkeypatch.setattr(landscape, "evaluate", lambda *_: Evaluation(1.0, 0.5))
    whole = table(Subject(trial, Static(None, [], []), training, None, training.device, TrialStore(tmp_path)))
    for axis in (whole.x, whole.y):
        assert (axis == 0).sum() == points
        assert (axis.min(), axis.max()) == (-1, 1)


def test_a_plane_on_request(subject):
    """Every pair of steps, the line y = 0 being the one-dimensional slice."""
    trained = subject(points=3, dimensions=2, images=50)
    plane = table(trained)
    assert sorted(zip(plane.x, plane.y, strict=True)) == [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    assert plane.loss.nunique() == 9


def test_the_same_seed_gives_the_same_slice(subject):
    trained = subject(points=3, images=50)
    pd.testing.assert_frame_equal(table(trained), table(trained))
