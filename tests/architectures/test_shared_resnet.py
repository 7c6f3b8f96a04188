"""The residual network of the CIFAR-10 comparison, and its variant with shared blocks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from architectures import ArchitectureError, build


def test_its_body_has_the_published_params(sketch, params):
    network = sketch("shared_resnet", num_classes=10, image_size=32)
    assert params(network) - params(network.head) == 485_952
    parts = (network.stem, network.block1, network.down2, network.block2, network.down3, network.block3)
    assert [params(part) for part in parts] == [
        4_736 + 64,
        2 * (9_248 + 64),
        18_496 + 128,
        2 * (36_928 + 128),
        73_856 + 256,
        2 * (147_584 + 256),
    ]


def test_repeating_blocks_leaves_the_params_unchanged(sketch, params):
    once, twice = (sketch("shared_resnet", image_size=32, repeats=repeats) for repeats in (1, 2))
    assert params(once) == params(twice)


def test_repeating_blocks_calls_each_as_often_and_changes_the_logits():
    calls = []
    networks = []
    for repeats in (1, 2):
        torch.manual_seed(0)
        networks.append(build("shared_resnet", num_classes=10, image_size=32, repeats=repeats).eval())
    networks[1].block2.register_forward_hook(lambda *_: calls.append("block2"))
    images = torch.randn(2, 3, 32, 32)
    once, twice = (network(images) for network in networks)
    assert calls == ["block2", "block2"]
    assert not torch.allclose(once, twice)


def test_own_statistics_add_no_params_and_change_no_training_step(sketch, params):
    """Only buffers are added, so that both have the same gradients and the published count."""
    networks = {}
    for statistics in ("shared", "own"):
        torch.manual_seed(0)
        networks[statistics] = build(
            "shared_resnet", num_classes=10, image_size=32, repeats=3, statistics=statistics
        )
    assert params(networks["own"]) == params(networks["shared"])
    images = torch.randn(4, 3, 32, 32)
    gradients = []
    for network in networks.values():
        network(images).square().sum().backward()
        gradients.append([param.grad for param in network.parameters()])
    for shared, own in zip(*gradients, strict=True):
        torch.testing.assert_close(shared, own)


def test_own_statistics_are_those_of_each_application():
    """So that evaluation repeats a training step of the same images, which an average over both cannot."""
    differences = {}
    for statistics in ("shared", "own"):
        torch.manual_seed(0)
        network = build("shared_resnet", num_classes=10, image_size=32, repeats=2, statistics=statistics)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = None  # the plain average over all calls
        images = torch.randn(64, 3, 32, 32)
        with torch.no_grad():
            differences[statistics] = (network.train()(images) - network.eval()(images)).abs().max().item()
    assert differences["own"] < 0.02 < differences["shared"]


def test_the_mlp_head_has_a_hidden_layer_of_512(sketch):
    head = sketch("shared_resnet", num_classes=10, image_size=32, head="mlp").head
    sizes = [(layer.in_features, layer.out_features) for layer in head if isinstance(layer, nn.Linear)]
    assert sizes == [(512, 512), (512, 10)]


def test_the_softmax_of_the_published_code_gives_probabilities():
    network = build("shared_resnet", num_classes=10, image_size=32, head="mlp", softmax=True)
    outputs = network(torch.randn(2, 3, 32, 32))
    torch.testing.assert_close(outputs.sum(dim=1), torch.ones(2))


@pytest.mark.parametrize("size", [9, 28, 33, 64])
def test_its_head_fits_other_image_sizes(size, sketch, shape_of):
    assert shape_of(sketch("shared_resnet", num_classes=10, image_size=size), 2, 3, size, size) == (2, 10)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"image_size": 8}, "images of 8 pixels are too small; the smallest is 9"),
        ({"repeats": 0}, "repeats must be a whole number of at least 1, got 0"),
        ({"statistics": "none"}, "statistics must be 'shared' or 'own', got 'none'"),
        ({"head": "conv"}, "head must be 'linear' or 'mlp', got 'conv'"),
    ],
)
def test_what_cannot_be_built_is_refused(argument, message):
    with pytest.raises(ArchitectureError, match=message):
        build("shared_resnet", **{"image_size": 32, **argument})
