"""The plain CNN of the CIFAR-10 comparison."""

from __future__ import annotations

import pytest

from architectures import ArchitectureError, build


def test_its_body_has_the_published_params(sketch, params):
    network = sketch("plain_cnn", num_classes=10, image_size=32)
    assert params(network) - params(network.head) == 65_568
    assert [params(layer) for layer in network.body if params(layer)] == [896, 9_248, 18_496, 36_928]


def test_its_head_is_one_linear_layer_on_1600_features(sketch):
    head = sketch("plain_cnn", num_classes=10, image_size=32).head
    assert (head.in_features, head.out_features) == (1600, 10)


@pytest.mark.parametrize("size", [16, 17, 28, 64])
def test_its_head_fits_other_image_sizes(size, sketch, shape_of):
    assert shape_of(sketch("plain_cnn", num_classes=10, image_size=size), 2, 3, size, size) == (2, 10)


def test_images_below_16_pixels_are_refused():
    with pytest.raises(ArchitectureError, match="plain_cnn: images of 15 pixels are too small"):
        build("plain_cnn", image_size=15)


def test_width_scales_every_convolution(sketch):
    network = sketch("plain_cnn", image_size=32, width=8)
    assert [layer.out_channels for layer in network.body if hasattr(layer, "out_channels")] == [8, 8, 16, 16]


def test_a_network_without_channels_is_refused():
    with pytest.raises(ArchitectureError, match="width must be a whole number"):
        build("plain_cnn", image_size=32, width=0)
