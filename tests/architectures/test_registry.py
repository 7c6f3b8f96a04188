"""The catalogue: names, look-up, and building with the right arguments."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from architectures import ArchitectureError, build, find, names, register, registry
from bench.errors import WRONG_SUITE, BenchError


@pytest.fixture
def registered(monkeypatch):
    """Register constructors for the length of one test."""
    monkeypatch.setattr(registry, "_constructors", dict(registry._constructors))
    return register


def test_a_registered_constructor_is_found_by_its_name(registered):
    @registered
    def mine() -> nn.Module:
        return nn.Identity()

    assert find("mine") is mine
    assert names()[-1] == "mine"
    assert isinstance(build("mine"), nn.Identity)


def test_a_name_can_be_registered_only_once(registered):
    def resnet18() -> nn.Module:
        return nn.Identity()

    with pytest.raises(ArchitectureError, match="two architectures are named 'resnet18'"):
        registered(resnet18)


def test_of_the_geometry_a_constructor_gets_what_it_declares(registered):
    got = {}

    @registered
    def mine(*, image_size: int = 1, num_classes: int = 1) -> nn.Module:
        got.update(image_size=image_size, num_classes=num_classes)
        return nn.Identity()

    build("mine", num_classes=5, in_channels=1, image_size=9)
    assert got == {"image_size": 9, "num_classes": 5}


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ArchitectureError, match="unknown architecture 'resnet5O': did you mean 'resnet50'"):
        build("resnet5O")


def test_a_name_that_lacks_its_library_is_suggested_with_it():
    with pytest.raises(ArchitectureError, match="did you mean 'torchvision:convnext_tiny'"):
        build("convnext_tiny")


def test_a_name_like_no_other_points_to_the_list():
    with pytest.raises(ArchitectureError, match="`bench list architectures` shows all"):
        build("xyzzyqq")


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("resnet50", "width, stem, shortcut, zero_init_last_gamma, stride_on"),
        ("resnet18", "width, stem, shortcut, zero_init_last_gamma"),
        ("plain18", "width, stem"),
        ("cifar_resnet20", "width, shortcut, zero_init_last_gamma"),
        ("vgg16", "dropout"),
    ],
)
def test_an_unknown_argument_lists_those_that_there_are(name, listed):
    with pytest.raises(ArchitectureError) as caught:
        build(name, depth=3)
    assert str(caught.value) == f"{name}: there is no argument 'depth'; it takes: {listed}"


@pytest.mark.parametrize("key", ["num_classes", "in_channels", "image_size"])
@pytest.mark.parametrize("value", [0, -1, 2.5, True, "10"])
def test_the_geometry_must_be_whole_and_positive(key, value):
    with pytest.raises(ArchitectureError, match=f"resnet18: {key} must be a whole number"):
        build("resnet18", **{key: value})


def test_any_error_of_a_constructor_is_told_with_its_cause(registered):
    @registered
    def mine() -> nn.Module:
        raise KeyError("depth")

    with pytest.raises(ArchitectureError, match=r"mine: KeyError: 'depth'") as caught:
        build("mine")
    assert isinstance(caught.value.__cause__, KeyError)


def test_what_is_not_a_network_is_refused(registered):
    @registered
    def mine() -> int:
        return 3

    with pytest.raises(ArchitectureError, match=r"mine returned int, not a torch.nn.Module"):
        build("mine")


def test_a_constructor_that_reads_values_is_built_on_the_meta_device_all_the_same(registered):
    @registered
    def mine() -> nn.Module:
        return nn.Linear(int(torch.tensor(3.0).item()), 2)

    with torch.device("meta"):
        network = build("mine")
    assert network.weight.is_meta
    assert network.weight.shape == (2, 3)


def test_the_error_is_a_mistake_in_the_suite():
    error = ArchitectureError("why")
    assert isinstance(error, BenchError)
    assert error.exit_code == WRONG_SUITE


def test_importing_the_zoo_imports_neither_torchvision_nor_timm():
    code = "import architectures, sys; print({'torchvision', 'timm'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
