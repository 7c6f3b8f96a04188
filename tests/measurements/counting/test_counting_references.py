"""Counts of published networks, to the digit."""

from functools import partial

import pytest

import architectures
from bench.measurements.counting import count_built

IMAGENET = [
    ("resnet18", {}, 11_689_512, 1_814_073_344),
    ("resnet50", {}, 25_557_032, 4_089_184_256),
    ("resnet50", {"stride_on": "1x1"}, 25_557_032, 3_857_973_248),
    ("resnet152", {}, 60_192_808, 11_513_626_624),
    ("vgg11", {}, 132_863_336, 7_609_090_048),
    ("vgg16", {}, 138_357_544, 15_470_264_320),
    ("vgg16_bn", {}, 138_365_992, 15_470_264_320),
]
CIFAR = [
    ("cifar_resnet20", {}, 269_722, 40_551_040),
    ("cifar_resnet56", {}, 853_018, 125_485_696),
    ("cifar_resnet110", {}, 1_727_962, 252_887_680),
]


def counted(name, args, *, side, classes):
    build = partial(architectures.build, name, num_classes=classes, image_size=side, **args)
    return count_built(build, (3, side, side))


@pytest.mark.parametrize(("name", "args", "params", "macs"), IMAGENET)
def test_imagenet_networks(name, args, params, macs):
    """1000 classes at 224 pixels."""
    counts = counted(name, args, side=224, classes=1000)
    assert (counts.params, counts.macs) == (params, macs)


@pytest.mark.parametrize(("name", "args", "params", "macs"), CIFAR)
def test_cifar_networks(name, args, params, macs):
    """10 classes at 32 pixels, shortcuts without params."""
    counts = counted(name, args, side=32, classes=10)
    assert (counts.params, counts.macs) == (params, macs)


def test_vgg16_at_ten_classes():
    """The network that ResNet-50 was compared with on MNIST."""
    assert counted("vgg16", {}, side=224, classes=10).params == 134_301_514


def test_the_plain_cnn_and_the_residual_network_of_cifar():
    """Bodies without the classifier head; their layers are those published."""
    plain = counted("plain_cnn", {}, side=32, classes=10)
    residual = counted("shared_resnet", {}, side=32, classes=10)
    assert (plain.params_body, residual.params_body) == (65_568, 485_952)
    convolutions = [row.params for row in plain.layers if row.type == "Conv2d"]
    assert convolutions == [896, 9_248, 18_496, 36_928]
    convolutions = [row.params for row in residual.layers if row.type == "Conv2d"]
    assert convolutions == [4_736, 9_248, 9_248, 18_496, 36_928, 36_928, 73_856, 147_584, 147_584]


def test_blocks_applied_twice_keep_their_params_and_double_their_macs():
    """Shared weights: 485,952 params in the body at any number of repeats."""
    once = counted("shared_resnet", {"repeats": 1}, side=32, classes=10)
    twice = counted("shared_resnet", {"repeats": 2}, side=32, classes=10)
    assert once.params == twice.params
    in_blocks = sum(row.macs for row in once.layers if row.layer.startswith("block"))
    assert twice.macs - once.macs == in_blocks > 0


# One row of the published table: params of the first, second and third convolution of a stage's first
# block and of its projection, and the side of the map that the first convolution puts out.
STAGES = [
    (4_096, 36_864, 16_384, 16_384, 56),
    (32_768, 147_456, 65_536, 131_072, 28),
    (131_072, 589_824, 262_144, 524_288, 14),
    (524_288, 2_359_296, 1_048_576, 2_097_152, 7),
]


def test_resnet50_on_mnist_layer_by_layer():
    """Ten classes, strides on the first 1x1 convolution: 23,528,522 params, row by row."""
    counts = counted("resnet50", {"stride_on": "1x1"}, side=224, classes=10)
    assert counts.params == 23_528_522
    convolutions = [row for row in counts.layers if row.type == "Conv2d"]
    assert (convolutions[0].params, convolutions[0].output_shape) == (9_408, (64, 112, 112))
    assert counts.layers[-1].params == 20_490
    first = 1
    for (*params, side), blocks in zip(STAGES, (3, 4, 6, 3), strict=True):
        block = convolutions[first : first + 4]
        assert [row.params for row in block] == params
        assert block[0].output_shape[1:] == (side, side)
        assert all(row.output_shape[1:] == (side, side) for row in block)
        first += 3 * blocks + 1
    assert first == len(convolutions) == 53
