"""Parameter groups: who is decayed, who learns faster, whose updates are orthogonalised."""

import pytest
import torch
from torch import nn

from bench.measurements.training.optimisation import make_optimizer, set_learning_rate
from bench.measurements.training.parameter_groups import parameter_groups
from bench.spec import SGD, Adam, Muon, Recipe


class Network(nn.Module):
    """A frozen stem, a convolution with a norm, a hidden linear layer, a head."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1).requires_grad_(False)
        self.conv = nn.Conv2d(4, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.hidden = nn.Linear(6, 5)
        self.head = nn.Linear(5, 2)


def names_by(model, spec, key):
    """Names of parameters by the value that their group has for `key`."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = {}
    for group in parameter_groups(model, spec):
        found.setdefault(group[key], set()).update(names[id(parameter)] for parameter in group["params"])
    return found


@pytest.mark.parametrize("spec", [Adam(weight_decay=0.1), SGD(name="sgd")])
def test_by_default_all_trained_parameters_are_treated_alike(spec):
    """One group, in the network's order, as if there were no groups."""
    network = Network()
    (group,) = parameter_groups(network, spec)
    assert group["params"] == [parameter for parameter in network.parameters() if parameter.requires_grad]
    assert (group["lr_scale"], group["weight_decay"]) == (1.0, spec.weight_decay)


def test_biases_and_norms_can_be_spared_from_weight_decay():
    """Weights of convolutions and linear layers alone are decayed."""
    decays = names_by(Network(), SGD(name="sgd", weight_decay=0.1, decay_norm_and_bias=False), "weight_decay")
    assert decays == {
        0.1: {"conv.weight", "hidden.weight", "head.weight"},
        0.0: {"conv.bias", "norm.weight", "norm.bias", "hidden.bias", "head.bias"},
    }


def test_norms_over_whole_images_are_spared_too():
    """Their scales have as many dimensions as filters, and are none."""
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.LayerNorm((4, 6, 6)))
    decays = names_by(network, SGD(name="sgd", weight_decay=0.1, decay_norm_and_bias=False), "weight_decay")
    assert decays == {0.1: {"0.weight"}, 0.0: {"0.bias", "1.weight", "1.bias"}}


def test_biases_of_norms_can_learn_faster_at_the_same_decay():
    """Learning rate times penalty is what a step takes away."""
    spec = SGD(name="sgd", lr=0.5, weight_decay=0.1, norm_bias_lr_scale=64)
    assert names_by(Network(), spec, "lr_scale")[64.0] == {"norm.bias"}
    assert {group["lr_scale"] * group["weight_decay"] for group in parameter_groups(Network(), spec)} == {0.1}


def test_muon_orthogonalises_the_filters_before_the_head():
    """The classifier head, biases and norms take a step of SGD."""
    kinds = names_by(Network(), Muon(name="muon"), "orthogonal")
    assert kinds[True] == {"conv.weight", "hidden.weight"}
    assert kinds[False] == {
        "conv.bias",
        "norm.weight",
        "norm.bias",
        "hidden.bias",
        "head.weight",
        "head.bias",
    }


def test_every_group_follows_the_schedule_at_its_own_scale():
    """The recipe's rate is that of the group with scale 1."""
    spec = Muon(name="muon", lr=0.2, rest_lr=0.6, norm_bias_lr_scale=10)
    optimizer = make_optimizer(Network(), Recipe(optimizer=spec), torch.device("cpu"))
    assert sorted(group["lr"] for group in optimizer.param_groups) == pytest.approx([0.2, 0.6, 6.0])
    set_learning_rate(optimizer, 0.1)
    assert sorted(group["lr"] for group in optimizer.param_groups) == pytest.approx([0.1, 0.3, 3.0])
