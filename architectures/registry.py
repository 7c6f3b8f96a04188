"""The catalogue of architectures: names, and how to build the network behind a name."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import nn

from architectures.arguments import Constructor, accepted, positive, refuse_unknown
from architectures.errors import ArchitectureError
from architectures.lazy import settle
from architectures.third_party import load_plugin, outside, plugins, suggest, told

__all__ = ["ArchitectureError", "build", "find", "names", "register"]

C = TypeVar("C", bound=Constructor)

_constructors: dict[str, Constructor] = {}


def register(constructor: C) -> C:
    """Enter a constructor under its own name.

    A constructor takes keyword arguments only. Of `num_classes`, `in_channels` and `image_size`
    it declares those that its network depends on, with defaults.

    Raises:
        ArchitectureError: The name is taken.
    """
    name = constructor.__name__
    if name in _constructors:
        raise ArchitectureError(f"two architectures are named {name!r}")
    _constructors[name] = constructor
    return constructor


def names() -> tuple[str, ...]:
    """Registered names in the order of registration, then those that installed packages add.

    Raises:
        ArchitectureError: A package adds a name that is taken.
    """
    added = plugins()
    if taken := sorted(added.keys() & _constructors.keys()):
        entry = added[taken[0]]
        raise ArchitectureError(f"two architectures are named {entry.name!r}; one is {entry.value}")
    return (*_constructors, *added)


def find(name: str) -> Constructor:
    """Look a constructor up.

    Raises:
        ArchitectureError: The name is unknown; the message suggests the nearest ones.
    """
    if name in _constructors:
        return _constructors[name]
    if ":" in name:
        return outside(name)
    if entry := plugins().get(name):
        return load_plugin(entry)
    raise ArchitectureError(f"unknown architecture {name!r}: {suggest(name, names())}")


def build(
    name: str, *, num_classes: int = 1000, in_channels: int = 3, image_size: int = 224, **args: Any
) -> nn.Module:
    """Build a network: (N, in_channels, image_size, image_size) to logits (N, num_classes).

    Of the three, a constructor gets those that it declares. Weights are never loaded. Under
    `with torch.device("meta")` none are allocated, either.

    Args:
        name: A registered name, `torchvision:NAME`, `timm:NAME`, or `module:function` for a function in
            an importable module or the current directory, which is thereby run.
        num_classes: Classes of the task.
        in_channels: Channels of the input.
        image_size: Side of the square input in pixels.
        args: Further arguments of the constructor.

    Raises:
        ArchitectureError: Unknown name or argument, or the network does not fit the input.
    """
    constructor = find(name)
    geometry = {"num_classes": num_classes, "in_channels": in_channels, "image_size": image_size}
    try:
        for key, value in geometry.items():
            positive(key, value)
        taken, open_ended = accepted(constructor)
        if not open_ended:
            refuse_unknown(args, [key for key in taken if key not in geometry])
        if open_ended and "num_classes" not in taken:
            taken = (*taken, "num_classes")  # a wrapper's **options; a thousand logits would pass unnoticed
        wanted = {key: value for key, value in geometry.items() if key in taken}
        network = _construct(constructor, {**wanted, **args})
        if isinstance(network, nn.Module):
            settle(network, (in_channels, image_size, image_size))
    except (Exception, SystemExit) as error:  # a constructor from elsewhere can raise anything
        raise ArchitectureError(f"{name}: {told(error)}") from error
    if not isinstance(network, nn.Module):
        raise ArchitectureError(f"{name} returned {type(network).__name__}, not a torch.nn.Module")
    return network


def _construct(constructor: Constructor, arguments: dict[str, Any]) -> object:
    """Call the constructor; where it reads values that tensors on the meta device lack, on the CPU."""
    try:
        return constructor(**arguments)
    except (NotImplementedError, RuntimeError):
        if torch.get_default_device().type != "meta":
            raise
    with torch.device("cpu"):
        network: object = constructor(**arguments)
    return network.to("meta") if isinstance(network, nn.Module) else network
