"""Where the head is, in networks of this package and of others."""

from __future__ import annotations

import pytest
from torch import nn

from architectures.heads import head_of


def head_params(network):
    return sum(parameter.numel() for parameter in head_of(network).parameters())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet50", 2048 * 10 + 10),
        ("plain_cnn", 1600 * 10 + 10),
        ("vgg16", (25088 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 10),
        ("torchvision:resnet18", 512 * 10 + 10),
        ("torchvision:vgg16", (25088 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 10),
        ("torchvision:densenet121", 1024 * 10 + 10),
        ("torchvision:mobilenet_v2", 1280 * 10 + 10),
        ("torchvision:vit_b_16", 768 * 10 + 10),
        ("torchvision:swin_t", 768 * 10 + 10),
        ("torchvision:inception_v3", 2048 * 10 + 10),
        ("torchvision:squeezenet1_1", 512 * 10 + 10),
        ("timm:resnet18", 512 * 10 + 10),
        ("timm:vit_tiny_patch16_224", 192 * 10 + 10),
        ("timm:convnext_atto", 320 * 10 + 10),
        ("timm:deit_tiny_distilled_patch16_224", 2 * (192 * 10 + 10)),
    ],
)
def test_the_head_holds_the_params_of_the_classifier(name, expected, sketch):
    if name.startswith("timm:"):
        pytest.importorskip("timm")
    network = sketch(name, num_classes=10, image_size=32 if name == "plain_cnn" else 224)
    assert head_params(network) == expected


def test_looking_for_the_head_leaves_the_network_as_it_was(sketch):
    pytest.importorskip("timm")
    network = sketch("timm:deit_tiny_distilled_patch16_224", num_classes=10)
    before = list(dict(network.named_modules()))
    head_of(network)
    assert list(dict(network.named_modules())) == before


def test_a_network_that_does_not_tell_has_none():
    assert head_of(nn.Sequential(nn.Linear(2, 2))) is None


def test_a_head_that_is_no_module_is_none():
    network = nn.Sequential()
    network.get_classifier = lambda: None
    assert head_of(network) is None
