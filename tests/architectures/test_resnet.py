"""Residual networks: published counts layer by layer, v1 and v1.5, shortcuts, and plain twins."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from architectures import ArchitectureError, build
from architectures.resnet import BasicBlock, ZeroPadShortcut, make_shortcut

RESIDUAL = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]


@pytest.mark.parametrize(
    ("name", "classes", "expected"),
    [
        ("resnet18", 1000, 11_689_512),
        ("resnet50", 1000, 25_557_032),
        ("resnet152", 1000, 60_192_808),
        ("resnet50", 10, 23_528_522),
    ],
)
def test_params_are_the_published_ones(name, classes, expected, sketch, params):
    assert params(sketch(name, num_classes=classes)) == expected


def test_where_the_stride_sits_does_not_change_the_params(sketch, params):
    assert params(sketch("resnet50", stride_on="1x1")) == params(sketch("resnet50", stride_on="3x3"))


def test_resnet50_on_ten_classes_has_the_published_params_row_by_row(sketch, params):
    network = sketch("resnet50", num_classes=10, stride_on="1x1")
    assert params(network.stem[0]) == 9_408
    rows = [
        (params(b.conv1), params(b.conv2), params(b.conv3), params(b.shortcut[0]))
        for b in (stage[0] for stage in network.stages)
    ]
    assert rows == [
        (4_096, 36_864, 16_384, 16_384),
        (32_768, 147_456, 65_536, 131_072),
        (131_072, 589_824, 262_144, 524_288),
        (524_288, 2_359_296, 1_048_576, 2_097_152),
    ]
    assert params(network.head) == 20_490


@pytest.mark.parametrize(("stride_on", "first", "second"), [("1x1", 28, 28), ("3x3", 56, 28)])
def test_v1_halves_the_image_in_the_first_convolution_of_a_stage(stride_on, first, second, sketch, shape_of):
    network = sketch("resnet50", num_classes=10, stride_on=stride_on)
    sides = []
    for layer in (network.stages[1][0].conv1, network.stages[1][0].conv2):
        layer.register_forward_hook(lambda _layer, _inputs, output: sides.append(output.shape[-1]))
    shape_of(network, 1, 3, 224, 224)
    assert sides == [first, second]


@pytest.mark.parametrize("name", RESIDUAL)
def test_layer_by_layer_they_are_torchvisions(name, sketch):
    ours, theirs = (sketch(full, num_classes=10) for full in (name, f"torchvision:{name}"))
    shapes = [[tuple(tensor.shape) for tensor in net.state_dict().values()] for net in (ours, theirs)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_with_torchvisions_weights_they_give_the_same_logits(name):
    ours, theirs = (build(full, num_classes=10).eval() for full in (name, f"torchvision:{name}"))
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    images = torch.randn(2, 3, 64, 64)
    torch.testing.assert_close(ours(images), theirs(images))


@pytest.mark.parametrize("depth", [18, 34])
def test_a_plain_network_is_its_twin_without_projections(depth, sketch, params):
    plain, residual = sketch(f"plain{depth}"), sketch(f"resnet{depth}")
    blocks = [block for block in residual.modules() if isinstance(block, BasicBlock)]
    assert params(plain) == params(residual) - sum(params(block.shortcut) for block in blocks)
    kept = {key: t.shape for key, t in residual.state_dict().items() if ".shortcut." not in key}
    assert kept == {key: t.shape for key, t in plain.state_dict().items()}


def test_a_plain_block_is_the_residual_without_its_shortcut():
    torch.manual_seed(0)
    residual, plain = BasicBlock(4, 4, 1, "B").eval(), BasicBlock(4, 4, 1, "none").eval()
    plain.load_state_dict(residual.state_dict())
    x = torch.rand(1, 4, 8, 8) + 10  # far above zero, where ReLU lets all of the sum through
    inner = plain.bn2(plain.conv2(plain.relu(plain.bn1(plain.conv1(x)))))
    torch.testing.assert_close(plain(x), inner.relu())
    torch.testing.assert_close(residual(x), (inner + x).relu())


@pytest.mark.parametrize(
    ("option", "inputs", "outputs", "stride", "kind"),
    [
        ("A", 4, 4, 1, nn.Identity),
        ("B", 4, 4, 1, nn.Identity),
        ("C", 4, 4, 1, nn.Sequential),
        ("A", 4, 8, 2, ZeroPadShortcut),
        ("B", 4, 8, 2, nn.Sequential),
        ("C", 4, 8, 2, nn.Sequential),
        ("none", 4, 8, 2, type(None)),
    ],
)
def test_shortcuts_follow_the_papers_options(option, inputs, outputs, stride, kind):
    assert isinstance(make_shortcut(option, inputs, outputs, stride), kind)


@pytest.mark.parametrize("side", [7, 8])
def test_zero_padding_keeps_every_other_pixel_and_adds_empty_channels(side):
    x = torch.randn(2, 3, side, side)
    out = ZeroPadShortcut(3, 5, 2)(x)
    assert torch.equal(out[:, :3], x[:, :, ::2, ::2])
    assert not out[:, 3:].any()
    assert out.shape == BasicBlock(3, 5, 2, "A")(x).shape


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_option_a_has_no_params_and_c_the_most(name, sketch, params):
    a, b, c = (params(sketch(name, shortcut=option)) for option in "ABC")
    assert a < b < c


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_with_zero_last_gammas_every_block_starts_as_its_shortcut(name):
    network = build(name, num_classes=10, zero_init_last_gamma=True).eval()
    block = network.stages[1][1]
    x = torch.rand(1, block.outputs, 8, 8)
    assert torch.equal(block(x), x)
    assert network.stem[1].weight.eq(1).all()


def test_convolutions_start_as_he_proposed_and_normalisation_as_identity():
    torch.manual_seed(0)
    network = build("resnet18", num_classes=10)
    weight = network.stages[3][1].conv2.weight
    assert weight.std().item() == pytest.approx((2 / (512 * 9)) ** 0.5, rel=0.01)
    assert network.stages[3][1].bn2.weight.eq(1).all()


def test_the_cifar_stem_keeps_the_image_size(sketch, shape_of):
    network = sketch("resnet18", stem="cifar")
    assert shape_of(network.stem, 1, 3, 32, 32) == (1, 64, 32, 32)
    assert shape_of(sketch("resnet18").stem, 1, 3, 32, 32) == (1, 64, 8, 8)


def test_width_scales_every_stage(sketch):
    assert sketch("resnet18", width=16).head.in_features == 128
    assert sketch("resnet50", width=16).head.in_features == 512


@pytest.mark.parametrize(
    ("name", "argument", "message"),
    [
        ("resnet50", {"stride_on": "5x5"}, "resnet50: stride_on must be '3x3' or '1x1', got '5x5'"),
        ("resnet18", {"shortcut": "none"}, "resnet18: shortcut must be 'A' or 'B' or 'C', got 'none'"),
        ("resnet50", {"shortcut": "D"}, "resnet50: shortcut must be 'A' or 'B' or 'C', got 'D'"),
        ("resnet18", {"stem": "mnist"}, "resnet18: stem must be 'imagenet' or 'cifar', got 'mnist'"),
        ("resnet18", {"width": 0}, "resnet18: width must be a whole number"),
    ],
)
def test_what_cannot_be_built_is_refused(name, argument, message):
    with pytest.raises(ArchitectureError, match=message):
        build(name, **argument)
