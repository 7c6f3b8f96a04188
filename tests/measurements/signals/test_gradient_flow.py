"""Gradient norms: equal to finite differences, in depth order, and without a trace in the network."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations
from torchvision.ops import StochasticDepth

from bench.data.batches import ImageSet
from bench.measurements.device import Device
from bench.measurements.signals import probe
from bench.measurements.signals.gradient_flow import GradientFlow
from bench.measurements.signals.probe import Probe
from bench.spec import Execution
from bench.store import TrialStore


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Tanh(), nn.Dropout(0.5), nn.Flatten(), nn.Linear(8, 3)
    ).double()


@pytest.fixture
def flow(network, tmp_path):
    inputs = torch.rand(5, 1, 4, 4, dtype=torch.float64)
    device = Device.chosen(Execution(device="cpu", precision="float32"))
    probe = Probe(inputs, torch.tensor([0, 1, 2, 0, 1]), device)
    return GradientFlow(network, probe, TrialStore(tmp_path))


def table(flow):
    return pd.read_csv(flow.store.folder / "gradient_flow.csv", dtype={"layer": str})


def test_norms_equal_finite_differences(network, flow):
    """Each layer's gradient, element by element."""
    flow(0)
    network.train()
    network[3].eval()

    def loss():
        return F.cross_entropy(network(flow.probe.inputs).float(), flow.probe.labels).double()

    for row in table(flow).itertuples():
        weight = network[int(row.layer)].weight.data
        squares = 0.0
        for index in range(weight.numel()):
            values = []
            for sign in (1, -1):
                weight.view(-1)[index] += sign * 1e-2
                values.append(loss().item())
                weight.view(-1)[index] -= sign * 1e-2
            squares += ((values[0] - values[1]) / 2e-2) ** 2
        assert row.gradient_norm == pytest.approx(squares**0.5, rel=1e-2)
        assert row.weight_norm == pytest.approx(weight.norm().item())
        assert row.ratio == pytest.approx(row.gradient_norm / row.weight_norm)


def test_layers_come_in_depth_order(flow):
    """Convolutions and linear layers; normalisation is left out."""
    flow(0)
    assert list(table(flow).layer) == ["0", "5"]
    assert list(table(flow).depth) == [1, 2]


class Reversed(nn.Module):
    """Whose layers are declared from the output to the input; of the second, only the weight is used."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 3)
        self.third = nn.Linear(8, 8)
        self.second = nn.Linear(8, 8)
        self.first = nn.Linear(16, 8)

    def forward(self, images):
        x = self.first(images.flatten(1))
        x = self.third(F.linear(x, self.second.weight))
        return self.head(x)


def test_depth_is_that_of_the_calls(flow):
    """Not of the declaration; a layer that is not called itself follows the one declared before it."""
    flow.model = Reversed().double()
    flow(0)
    assert list(table(flow).layer) == ["first", "third", "second", "head"]
    assert flow.probe.depths(flow.model) == ["first", "third", "second", "head"]


class InPlace(nn.Sequential):
    """Normalises its images where they are."""

    def forward(self, images):
        return super().forward(images.sub_(0.5).div_(0.1))


class OldWeightNorm(nn.Sequential):
    """Whose weight is computed from two others, and cannot be copied by itself."""

    def __init__(self):
        super().__init__(nn.Flatten(), nn.utils.weight_norm(nn.Linear(16, 4)), nn.Linear(4, 3))


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
def test_scripted_layers_are_layers(flow):
    """A part of a network that torch.jit has compiled; it is no module like the others."""
    scripted = torch.jit.script(nn.Linear(16, 4))
    flow.model = nn.Sequential(nn.Flatten(), scripted, nn.Linear(4, 3)).double()
    assert set(probe.weighted_layers(flow.model)) == {"1", "2"}


def test_the_same_images_every_time(flow):
    """Whatever a network does to those that it is given."""
    flow.model = InPlace(nn.Flatten(), nn.Linear(16, 4), nn.Linear(4, 3)).double()
    flow(0)
    flow(1)
    found = table(flow)
    assert list(found[found.epoch == 0].gradient_norm) == list(found[found.epoch == 1].gradient_norm)


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm:FutureWarning")
def test_weights_that_are_computed(flow):
    """By torch's older weight norm; a network that has already computed them is copied all the same."""
    flow.model = OldWeightNorm().double()
    flow.model(flow.probe.inputs)
    flow(0)
    assert list(table(flow).layer) == ["1", "2"]


def test_norms_over_whole_images_are_left_out_too(flow):
    """Their scales have as many dimensions as filters."""
    flow.model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.LayerNorm((2, 2, 2)), nn.Flatten(), nn.Linear(8, 3)
    ).double()
    flow(0)
    assert list(table(flow).layer) == ["0", "3"]


def test_the_network_is_left_as_it_was(network, flow):
    """Weights, running statistics, gradients, mode and random numbers."""
    network.eval()
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    random = torch.get_rng_state()
    flow(0)
    assert all(torch.equal(tensor, state[name]) for name, tensor in network.state_dict().items())
    assert all(weight.grad is None for weight in network.parameters())
    assert not network.training
    assert torch.equal(torch.get_rng_state(), random)


def test_a_frozen_layer_has_no_gradient(network, flow):
    """Which is not one of zero: that would be a gradient that vanished."""
    network[0].requires_grad_(requires_grad=False)
    flow(0)
    assert list(table(flow).gradient_norm.isna()) == [True, False]
    assert list(table(flow).ratio.isna()) == [True, False]


class Drops(nn.Module):
    """Stochastic depth as a module, dropout as a function, and batch norm."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.depth = StochasticDepth(0.5, "row")
        self.head = nn.Linear(8, 3)

    def forward(self, images):
        x = F.dropout(self.depth(self.norm(self.conv(images))), 0.5, training=self.training)
        return self.head(x.flatten(1))


def test_nothing_is_drawn(flow):
    """Whatever drops parts of a network in training; batch norm still takes the batch's statistics."""
    flow.model = Drops().double()
    random = torch.get_rng_state()
    flow(0)
    flow(1)
    assert torch.equal(torch.get_rng_state(), random)
    assert list(table(flow).gradient_norm[:2]) == list(table(flow).gradient_norm[2:])
    copied = flow.probe.copy(flow.model)
    assert [name for name, one in copied.named_modules() if one.training] == ["norm"]


def test_an_epoch_measured_again_replaces_its_rows(flow):
    """As after an interruption between the measurement and the checkpoint."""
    for epochs in (0, 1, 2, 1):
        flow(epochs)
    assert list(table(flow).epoch) == [0, 0, 1, 1]


def test_the_probe_shows_every_class(make_training):
    """Of images that are sorted by class, the first would show one."""
    training = make_training()
    order = training.train.labels.argsort()
    by_class = ImageSet(training.train.store, order, training.train.labels[order])
    subject = SimpleNamespace(
        training=SimpleNamespace(train=by_class, pipeline=training.pipeline), device=training.device
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe, "IMAGES", 40)
        labels = Probe.of(subject).labels
    assert len(labels) == 40
    assert set(labels.tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("norm", "trained"),
    [
        (parametrizations.weight_norm, "parametrizations.weight.original1"),
        (parametrizations.spectral_norm, "parametrizations.weight.original"),
        (nn.utils.weight_norm, "weight_v"),
        (nn.utils.spectral_norm, "weight_orig"),
    ],
    ids=["weight norm", "spectral norm", "weight norm by hooks", "spectral norm by hooks"],
)
@pytest.mark.filterwarnings("ignore:.*weight_norm.*deprecated:FutureWarning")
def test_of_a_layer_under_weight_or_spectral_norm_the_matrix_that_is_trained_is_told(
    norm, trained, network, flow
):
    norm(network[0])
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    flow(0)
    weights = [network[0].get_parameter(trained), network[5].weight]
    told = table(flow)
    assert list(told.layer) == ["0", "5"]
    assert list(told.weight_norm) == pytest.approx([weight.norm().item() for weight in weights])
    assert (told.gradient_norm > 0).all()
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
