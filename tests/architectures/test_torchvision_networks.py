"""torchvision's networks under this package's arguments."""

from __future__ import annotations

import warnings

import pytest

from architectures import ArchitectureError, build
from architectures.torchvision_networks import torchvision_names


@pytest.mark.parametrize(
    "name", ["alexnet", "mobilenet_v3_small", "regnet_y_400mf", "shufflenet_v2_x0_5", "swin_t", "vit_b_32"]
)
def test_the_logits_are_those_of_the_task(name, sketch, shape_of):
    network = sketch(f"torchvision:{name}", num_classes=7)
    assert shape_of(network, 2, 3, 224, 224) == (2, 7)


def test_the_image_size_reaches_networks_that_depend_on_it(sketch, shape_of):
    assert shape_of(sketch("torchvision:vit_b_16", num_classes=7, image_size=64), 1, 3, 64, 64) == (1, 7)
    assert shape_of(sketch("torchvision:maxvit_t", num_classes=7, image_size=448), 1, 3, 448, 448) == (1, 7)


@pytest.mark.parametrize("name", ["inception_v3", "googlenet"])
def test_auxiliary_classifiers_are_left_out(name, sketch, shape_of):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network = sketch(f"torchvision:{name}", num_classes=7)
    assert network.training
    assert shape_of(network, 2, 3, 299, 299) == (2, 7)


def test_arguments_reach_the_network(sketch):
    network = sketch("torchvision:vgg11", dropout=0.25)
    assert network.classifier[2].p == 0.25


@pytest.mark.parametrize("argument", ["weights", "progress", "aux_logits", "depth"])
def test_weights_and_unknown_arguments_are_refused(argument):
    with pytest.raises(
        ArchitectureError, match=f"torchvision:inception_v3: there is no argument '{argument}'"
    ):
        build("torchvision:inception_v3", **{argument: "DEFAULT"})


def test_grey_images_are_refused_with_the_way_out():
    with pytest.raises(ArchitectureError, match=r"take 3 channels, not 1; set channels = 3 in \[dataset\]"):
        build("torchvision:resnet18", in_channels=1)


def test_an_image_size_that_does_not_fit_is_told():
    with pytest.raises(ArchitectureError, match=r"torchvision:vit_b_16: .*indivisible by patch size"):
        build("torchvision:vit_b_16", image_size=33)


def test_only_image_classifiers_count(sketch):
    assert "resnet18" in torchvision_names()
    with pytest.raises(ArchitectureError, match="unknown architecture 'torchvision:raft_small'"):
        sketch("torchvision:raft_small")


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ArchitectureError, match="did you mean 'torchvision:resnet50'"):
        build("torchvision:resnet51")
