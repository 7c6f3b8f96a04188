"""VGG networks: published counts, and the same numbers as torchvision's."""

from __future__ import annotations

import pytest
import torch

from architectures import ArchitectureError, build
from architectures.vgg import features

NAMES = [f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")]


@pytest.mark.parametrize(
    ("name", "classes", "expected"),
    [
        ("vgg11", 1000, 132_863_336),
        ("vgg16", 1000, 138_357_544),
        ("vgg16_bn", 1000, 138_365_992),
        ("vgg16", 10, 134_301_514),
        ("vgg_cifar", 10, 14_728_266),
    ],
)
def test_params_are_the_published_ones(name, classes, expected, sketch, params):
    assert params(sketch(name, num_classes=classes)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_layer_by_layer_they_are_torchvisions(name, sketch):
    ours, theirs = (sketch(full, num_classes=10) for full in (name, f"torchvision:{name}"))
    shapes = [[tuple(tensor.shape) for tensor in net.state_dict().values()] for net in (ours, theirs)]
    assert shapes[0] == shapes[1]


def test_with_torchvisions_weights_the_convolutions_compute_the_same():
    from torchvision.models.vgg import cfgs, make_layers

    theirs = make_layers(cfgs["A"], batch_norm=True).eval()
    ours = features(3, (1, 1, 2, 2, 2), 64, norm=True).eval()
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(1, 3, 32, 32)
    torch.testing.assert_close(ours(images), theirs(images))


@pytest.mark.parametrize("name", [*NAMES, "vgg_cifar"])
def test_images_below_32_pixels_are_refused(name):
    with pytest.raises(
        ArchitectureError, match=f"{name}: images of 28 pixels are too small; the smallest is 32"
    ):
        build(name, image_size=28)


@pytest.mark.parametrize("size", [32, 64, 100])
def test_larger_images_leave_the_params_unchanged(size, sketch, params, shape_of):
    network = sketch("vgg11", num_classes=10, image_size=size)
    assert params(network) == params(sketch("vgg11", num_classes=10))
    assert shape_of(network, 1, 3, size, size) == (1, 10)


def test_dropout_reaches_both_hidden_layers(sketch):
    network = sketch("vgg11", dropout=0.25)
    assert [layer.p for layer in network.head if isinstance(layer, torch.nn.Dropout)] == [0.25, 0.25]


def test_width_makes_the_cifar_network_cheap(sketch, params):
    narrow, wide = (params(sketch("vgg_cifar", num_classes=10, width=width)) for width in (16, 64))
    assert 15 < wide / narrow < 16
    with pytest.raises(ArchitectureError, match="vgg_cifar: width must be a whole number"):
        build("vgg_cifar", width=0)
