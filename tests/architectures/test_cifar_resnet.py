"""Residual networks for CIFAR: published counts, depth, and plain twins."""

from __future__ import annotations

import pytest
from torch import nn

from architectures import ArchitectureError, build


@pytest.mark.parametrize(
    ("depth", "expected"),
    [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018), (110, 1_727_962), (1202, 19_421_274)],
)
def test_params_are_the_published_ones(depth, expected, sketch, params):
    assert params(sketch(f"cifar_resnet{depth}", num_classes=10)) == expected


@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110, 1202])
def test_the_name_tells_the_number_of_weighted_layers(depth, sketch):
    layers = sketch(f"cifar_resnet{depth}", num_classes=10).modules()
    assert sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in layers) == depth


def test_stages_work_at_32_16_and_8_pixels(sketch, shape_of):
    network = sketch("cifar_resnet20", num_classes=10)
    shapes = []
    for stage in network.stages:
        stage.register_forward_hook(lambda _stage, _inputs, output: shapes.append(tuple(output.shape[1:])))
    shape_of(network, 1, 3, 32, 32)
    assert shapes == [(16, 32, 32), (32, 16, 16), (64, 8, 8)]


@pytest.mark.parametrize("depth", [20, 56])
def test_a_plain_network_has_the_layers_of_its_twin_and_no_shortcut(depth, sketch):
    plain, residual = sketch(f"cifar_plain{depth}"), sketch(f"cifar_resnet{depth}")
    shapes = [{key: t.shape for key, t in net.state_dict().items()} for net in (plain, residual)]
    assert shapes[0] == shapes[1]
    assert all(block.shortcut is None for stage in plain.stages for block in stage)
    assert all(block.shortcut is not None for stage in residual.stages for block in stage)


def test_option_b_adds_two_projections(sketch, params):
    a, b = (params(sketch("cifar_resnet20", num_classes=10, shortcut=option)) for option in "AB")
    assert b - a == (16 * 32 + 2 * 32) + (32 * 64 + 2 * 64)


def test_width_scales_every_stage(sketch):
    assert sketch("cifar_resnet20", width=4).head.in_features == 16


def test_last_gammas_can_start_at_zero():
    network = build("cifar_resnet20", zero_init_last_gamma=True)
    assert all(not block.bn2.weight.any() for stage in network.stages for block in stage)


def test_an_unknown_shortcut_is_refused():
    with pytest.raises(
        ArchitectureError, match="cifar_resnet20: shortcut must be 'A' or 'B' or 'C', got 'none'"
    ):
        build("cifar_resnet20", shortcut="none")
