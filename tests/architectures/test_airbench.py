"""The networks of the CIFAR-10 speed record."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from architectures import ArchitectureError, build
from architectures.fitted import FittedToImages


def trained(network):
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def test_params_by_hand(sketch):
    """3x3 convolutions, their norms' biases, the whitening layer's biases, and the head."""
    expected = 24 + 2560
    for inputs, outputs in ((24, 64), (64, 256), (256, 256)):
        expected += 9 * outputs * (inputs + outputs) + 2 * outputs
    assert trained(sketch("airbench94", num_classes=10, image_size=32)) == expected


def test_the_deeper_network_has_a_third_convolution_in_each_group(sketch):
    expected = 24 + 5120
    for inputs, outputs in ((24, 128), (128, 384), (384, 512)):
        expected += 9 * outputs * (inputs + 2 * outputs) + 3 * outputs
    assert trained(sketch("airbench96", num_classes=10, image_size=32)) == expected


def test_scales_of_norms_and_the_whitening_filters_are_frozen(sketch):
    network = sketch("airbench94")
    frozen = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    norms = {f"groups.{group}.norm{index}.weight" for group in range(3) for index in (1, 2)}
    assert frozen == {"whiten.weight", *norms}


def test_patches_of_the_fitted_images_become_uncorrelated():
    """Second moments of the filters' outputs are the identity; the other half are their negatives."""
    torch.manual_seed(0)
    images = torch.randn(700, 3, 16, 16)
    images[:, :, :, 1:] += 2 * images[:, :, :, :-1]  # neighbours resemble each other, as in pictures
    network = build("airbench94", image_size=16)
    assert isinstance(network, FittedToImages)
    network.fit_to_images(images)
    outputs = network.whiten(images).transpose(0, 1).flatten(1).detach()
    moments = outputs[:12] @ outputs[:12].T / outputs.shape[1]
    assert torch.allclose(moments, torch.eye(12), atol=0.01)
    assert torch.allclose(outputs[12:], -outputs[:12], atol=1e-4)


def test_the_first_filters_of_a_convolution_start_as_the_identity():
    torch.manual_seed(0)
    convolution = build("airbench94").groups[1].conv1
    images = torch.randn(2, 64, 8, 8)
    assert torch.allclose(convolution(images)[:, :64], images, atol=1e-6)


def test_the_shortcut_of_the_deeper_network_skips_two_convolutions():
    """With their norms silenced, a group gives what its first convolution gave."""
    group = build("airbench96", widths=[8, 8, 8]).groups[1].eval()
    nn.init.zeros_(group.norm3.weight)
    images = torch.randn(2, 8, 8, 8)
    first = group.activation(group.norm1(group.pool(group.conv1(images))))
    assert torch.allclose(group(images), group.activation(first))


@pytest.mark.parametrize("size", [9, 28, 32, 64])
def test_any_image_size_from_nine_pixels_on(size, sketch, shape_of):
    assert shape_of(sketch("airbench94", num_classes=10, image_size=size), 2, 3, size, size) == (2, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_size": 8}, "images of 8 pixels are too small"),
        ({"widths": [8, 8]}, "widths must be three numbers"),
        ({"widths": [8, 8, 0]}, "widths must be a whole number of at least 1"),
        ({"activation": "tanh"}, "activation must be 'gelu' or 'relu'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ArchitectureError, match=message):
        build("airbench94", **arguments)
