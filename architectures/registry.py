"""The catalogue of architectures: names, and how to build the network behind a name."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar

from torch import nn

from architectures.arguments import Constructor, accepted, positive
from architectures.errors import ArchitectureError

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
    """Registered names, in the order of registration."""
    return tuple(_constructors)


def find(name: str) -> Constructor:
    """Look a constructor up.

    Raises:
        ArchitectureError: The name is unknown; the message suggests the nearest ones.
    """
    if name in _constructors:
        return _constructors[name]
    near = difflib.get_close_matches(name, _constructors, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`bench list architectures` shows all"
    raise ArchitectureError(f"unknown architecture {name!r}: {hint}")


def build(
    name: str, *, num_classes: int = 1000, in_channels: int = 3, image_size: int = 224, **args: Any
) -> nn.Module:
    """Build a network: (N, in_channels, image_size, image_size) to logits (N, num_classes).

    Args:
        name: A registered name.
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
        options = [key for key in taken if key not in geometry]
        unknown = [] if open_ended else [key for key in args if key not in options]
        if unknown:
            listed = ", ".join(options) or "none"
            raise ValueError(f"there is no argument {unknown[0]!r}; it takes: {listed}")  # noqa: TRY301
        wanted = {key: value for key, value in geometry.items() if key in taken}
        return constructor(**wanted, **args)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ArchitectureError(f"{name}: {error}") from error
