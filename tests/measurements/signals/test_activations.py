"""Activation statistics: every ReLU is seen, however it is called, and dead units are counted."""

import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from bench.measurements.device import Device
from bench.measurements.signals.activations import Activations
from bench.measurements.signals.probe import Probe
from bench.spec import Execution
from bench.store import TrialStore

RELUS = {
    "module": nn.ReLU(),
    "module in place": nn.ReLU(inplace=True),
    "function": F.relu,
    "torch": torch.relu,
    "method": lambda x: x.relu(),
    "method in place": lambda x: x.relu_(),
}


class Network(nn.Module):
    """A convolution of which the second channel is always negative, applied twice."""

    def __init__(self, rectify=F.relu):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)
        self.head = nn.Linear(2, 3)
        self.rectify = rectify
        nn.init.constant_(self.conv.weight, 0.5)
        with torch.no_grad():
            self.conv.bias.copy_(torch.tensor([0.25, -10.0]))

    def forward(self, images):
        x = self.rectify(self.conv(images))
        x = self.rectify(self.conv(x))
        return self.head(x.mean((2, 3)))


def measured(network, tmp_path, epochs=(0,), precision="float32"):
    device = Device.chosen(Execution(device="cpu", precision=precision))
    network = device.hold(network)
    inputs = torch.rand(4, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    along = Activations(
        network, Probe(inputs, torch.zeros(4, dtype=torch.int64), device), TrialStore(tmp_path)
    )
    for count in epochs:
        along(count)
    return inputs, pd.read_csv(tmp_path / "activations.csv")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("rectify", RELUS.values(), ids=RELUS)
def test_every_relu_is_seen_once(tmp_path, rectify, precision):
    """Module, function or method, in place or not; in the order of the calls, whatever computes them."""
    _, table = measured(Network(rectify), tmp_path, precision=precision)
    assert list(table.layer) == ["conv", "conv", "conv", "conv", "head"]
    assert list(table.kind) == ["output", "rectified", "output", "rectified", "output"]
    assert list(table.order) == [1, 2, 3, 4, 5]


def test_the_numbers_are_those_of_the_hand(tmp_path):
    """First call: channel one is half the sum of the inputs plus a quarter, channel two never fires."""
    inputs, table = measured(Network(), tmp_path)
    one = inputs.sum(1) / 2 + 0.25
    first, rectified = table.iloc[0], table.iloc[1]
    outputs = torch.stack([one, one - 10.25])
    assert first["mean"] == pytest.approx(outputs.mean().item(), rel=1e-5)
    assert first.deviation == pytest.approx(outputs.std(unbiased=False).item(), rel=1e-5)
    assert rectified["mean"] == pytest.approx(one.mean().item() / 2, rel=1e-5)
    assert rectified.zeros == 0.5
    assert (rectified.dead_units, rectified.units) == (1, 2)


def test_a_unit_that_fires_once_is_not_dead(tmp_path):
    """For one image at one place."""
    network = Network()
    inputs, _ = measured(network, tmp_path)
    with torch.no_grad():  # the brightest place of all images gets just above zero
        network.conv.bias[1] = 1e-3 - (inputs.sum(1) / 2).max()
    _, table = measured(network, tmp_path)
    assert table.iloc[1].dead_units == 0
    assert table.iloc[1].zeros == pytest.approx((36 - 1) / 72)


class OnTokens(nn.Module):
    """Linear layers on (N, tokens, units), as in a transformer; the last of three units never fires."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(9, 3)
        with torch.no_grad():
            self.linear.weight.zero_()
            self.linear.bias.copy_(torch.tensor([1.0, 1.0, -1.0]))

    def forward(self, images):
        return F.relu(self.linear(images.flatten(2))).mean(1)


def test_units_of_a_linear_layer_are_its_outputs(tmp_path):
    """Not the tokens: there are two of them, and both have units that fire."""
    _, table = measured(OnTokens(), tmp_path)
    assert (table.iloc[1].dead_units, table.iloc[1].units) == (1, 3)


class Gated(Network):
    """A weight that a ReLU keeps from becoming negative."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Parameter(torch.ones(1))

    def forward(self, images):
        return super().forward(images * F.relu(self.gate))


def test_a_rectified_weight_is_no_unit(tmp_path):
    """It has no images."""
    _, table = measured(Gated(), tmp_path)
    assert list(table.kind) == ["output", "rectified", "output", "rectified", "output"]


def test_the_network_is_left_as_it_was(tmp_path):
    """No hooks stay, and an epoch measured again replaces its rows."""
    network = Network()
    _, table = measured(network, tmp_path, epochs=(0, 1, 2, 1))
    assert sorted(set(table.epoch)) == [0, 1]
    assert len(table) == 10
    assert not network.conv._forward_hooks
