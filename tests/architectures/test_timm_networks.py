"""timm's networks under this package's arguments."""

from __future__ import annotations

import importlib.util
import socket

import pytest

from architectures import ArchitectureError, build
from architectures.timm_networks import WEIGHTS, timm_names


@pytest.fixture
def timm():
    """The library, which is an extra."""
    return pytest.importorskip("timm")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("resnet18", 64),
        ("vit_tiny_patch16_224", 64),
        ("mixer_s16_224", 96),
        ("swin_tiny_patch4_window7_224", 128),
    ],
)
def test_classes_channels_and_image_size_reach_the_network(timm, name, size, sketch, shape_of):
    network = sketch(f"timm:{name}", num_classes=7, in_channels=1, image_size=size)
    assert shape_of(network, 2, 1, size, size) == (2, 7)


def test_a_name_with_the_tag_of_weights_builds_the_network_without_them(timm, monkeypatch):
    def refuse(*_arguments, **_keywords):
        pytest.fail("tried to open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert build("timm:resnet18.a1_in1k", num_classes=7).num_classes == 7


def test_arguments_reach_the_network(timm, sketch):
    assert sketch("timm:resnet18", drop_rate=0.25).drop_rate == 0.25


@pytest.mark.parametrize("argument", WEIGHTS)
def test_arguments_that_load_weights_are_refused(timm, argument):
    with pytest.raises(ArchitectureError, match=f"timm:resnet18: '{argument}' would load weights"):
        build("timm:resnet18", **{argument: True})


def test_an_unknown_argument_is_told(timm):
    with pytest.raises(ArchitectureError, match=r"timm:resnet18: TypeError: .*'depth'"):
        build("timm:resnet18", depth=3)


@pytest.mark.parametrize("name", ["resnet51", "hf-hub:somebody/resnet18", "local-dir:/tmp"])
def test_only_timms_own_networks_are_known(timm, name):
    with pytest.raises(ArchitectureError, match=f"unknown architecture 'timm:{name}'"):
        build(f"timm:{name}")


def test_without_timm_the_message_names_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert timm_names() == []
    with pytest.raises(
        ArchitectureError, match=r"timm:resnet18: timm is not installed; pip install 'archbench\[timm\]'"
    ):
        build("timm:resnet18")
