"""Build the network that a suite names, at the size of the suite's images."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from torch import nn

import architectures


class Geometry(NamedTuple):
    """What a task asks of a network."""

    channels: int
    """Channels of the input."""
    image_size: int
    """Side of the square input in pixels."""
    classes: int
    """Classes of the task."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """C, H, W of one image."""
        return self.channels, self.image_size, self.image_size


def constructor(name: str, args: dict[str, Any], geometry: Geometry) -> partial[nn.Module]:
    """A function that builds the network; whatever is wrong with it is raised when it is called.

    Args:
        name: Registered or third-party name.
        args: Arguments of the network's constructor.
        geometry: Input and classes.
    """
    return partial(
        architectures.build,
        name,
        num_classes=geometry.classes,
        in_channels=geometry.channels,
        image_size=geometry.image_size,
        **args,
    )
