"""What holds for every registered network; new ones are picked up from the registry."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from architectures import build, find, names
from architectures.heads import head_of
from bench.measurements.layers.convolution import Conv2d, use_side_by_side

CHEAP = [
    name
    for name in names()
    if name.startswith(("airbench94", "plain_cnn", "shared", "cifar", "vgg_cifar", "resnet18"))
]


def test_the_registered_names_are_those_of_the_documentation():
    assert set(names()) >= {
        "airbench94", "airbench96", "plain_cnn", "shared_resnet", "vgg_cifar",
        "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn",
        "plain18", "plain34", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152",
        "cifar_plain20", "cifar_plain56", "cifar_resnet20", "cifar_resnet32", "cifar_resnet44",
        "cifar_resnet56", "cifar_resnet110", "cifar_resnet1202",
    }  # fmt: skip


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", names())
def test_images_become_one_logit_per_class(name, channels, sketch, shape_of):
    network = sketch(name, num_classes=7, in_channels=channels, image_size=32)
    assert shape_of(network, 2, channels, 32, 32) == (2, 7)


@pytest.mark.parametrize("name", CHEAP)
def test_fresh_networks_compute_finite_logits_that_depend_on_the_image(name):
    torch.manual_seed(0)
    network = build(name, num_classes=10, image_size=32)
    logits = network(torch.randn(4, 3, 32, 32))
    assert logits.isfinite().all()
    assert logits.std(dim=0).max() > 0


@pytest.mark.parametrize("name", names())
def test_the_head_is_named_and_ends_in_the_classes(name, sketch):
    network = sketch(name, num_classes=7, image_size=32)
    assert network.head is head_of(network)
    assert list(network.head.parameters())[-1].shape[0] == 7


@pytest.mark.parametrize("name", names())
def test_on_the_meta_device_no_weight_is_allocated(name, sketch):
    network = sketch(name, image_size=32)
    assert all(tensor.is_meta for tensor in (*network.parameters(), *network.buffers()))


@pytest.mark.parametrize("name", names())
def test_every_constructor_says_what_it_builds(name):
    assert find(name).__doc__


@pytest.mark.parametrize("name", names())
def test_trained_convolutions_of_pixels_are_layers_that_a_cpu_computes_faster(name, sketch):
    """Those with a class of their own are left to torch; that of airbench's stem is never trained."""
    network = sketch(name, image_size=32)
    use_side_by_side(network)
    trained = [m for m in network.modules() if isinstance(m, nn.Conv2d) and m.weight.requires_grad]
    assert trained
    assert {type(module) for module in trained} == {Conv2d}


@pytest.mark.parametrize("name", ["cifar_resnet20", "plain_cnn", "shared_resnet"])
def test_the_seed_alone_decides_the_weights(name):
    weights = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        weights.append(torch.cat([p.flatten() for p in build(name, image_size=32).parameters()]))
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
