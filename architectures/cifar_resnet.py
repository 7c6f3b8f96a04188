"""Residual networks for 32x32 images and their plain twins (arXiv:1512.03385, section 4.2)."""

from __future__ import annotations

from typing import Literal, TypedDict

from typing_extensions import Unpack

from architectures.arguments import one_of
from architectures.registry import register
from architectures.resnet import BasicBlock, ResNet, Shortcut


class CifarPlainOptions(TypedDict, total=False):
    """Options of the plain networks."""

    num_classes: int
    """Classes of the task; 10."""
    in_channels: int
    """Channels of the input; 3."""
    width: int
    """Channels of the first stage; 16."""


class CifarOptions(CifarPlainOptions, total=False):
    """Options of the residual networks."""

    shortcut: Literal["A", "B", "C"]
    """"A": zero padding (default); "B": projections where the shape changes; "C": projections everywhere."""
    zero_init_last_gamma: bool
    """Start the last BN weight of every block at 0; false."""


def network(  # noqa: PLR0913 - the options, with this family's defaults
    depth: int,
    *,
    num_classes: int = 10,
    in_channels: int = 3,
    width: int = 16,
    shortcut: Shortcut = "A",
    zero_init_last_gamma: bool = False,
) -> ResNet:
    """Three stages of n basic blocks; their 6n convolutions, the stem and the head make up the depth."""
    blocks = (depth - 2) // 6
    return ResNet(
        BasicBlock, (blocks, blocks, blocks), stem="cifar",
        num_classes=num_classes, in_channels=in_channels, width=width,
        shortcut=shortcut, zero_init_last_gamma=zero_init_last_gamma,
    )  # fmt: skip


def plain(depth: int, **options: Unpack[CifarPlainOptions]) -> ResNet:
    """Blocks without shortcuts."""
    return network(depth, shortcut="none", **options)


def residual(depth: int, **options: Unpack[CifarOptions]) -> ResNet:
    """Blocks with shortcuts."""
    one_of("shortcut", options.get("shortcut", "A"), ("A", "B", "C"))
    return network(depth, **options)


@register
def cifar_plain20(**options: Unpack[CifarPlainOptions]) -> ResNet:
    """20 layers without shortcuts: as many params as cifar_resnet20, since option A has none."""
    return plain(20, **options)


@register
def cifar_plain56(**options: Unpack[CifarPlainOptions]) -> ResNet:
    """56 layers without shortcuts: the network that trains worse than its shallower twin."""
    return plain(56, **options)


@register
def cifar_resnet20(**options: Unpack[CifarOptions]) -> ResNet:
    """20 layers: 269,722 params at 10 classes."""
    return residual(20, **options)


@register
def cifar_resnet32(**options: Unpack[CifarOptions]) -> ResNet:
    """32 layers: 464,154 params at 10 classes."""
    return residual(32, **options)


@register
def cifar_resnet44(**options: Unpack[CifarOptions]) -> ResNet:
    """44 layers: 658,586 params at 10 classes."""
    return residual(44, **options)


@register
def cifar_resnet56(**options: Unpack[CifarOptions]) -> ResNet:
    """56 layers: 853,018 params at 10 classes."""
    return residual(56, **options)


@register
def cifar_resnet110(**options: Unpack[CifarOptions]) -> ResNet:
    """110 layers: 1,727,962 params at 10 classes."""
    return residual(110, **options)


@register
def cifar_resnet1202(**options: Unpack[CifarOptions]) -> ResNet:
    """1202 layers: 19,421,274 params at 10 classes."""
    return residual(1202, **options)
