"""Whether a network can be built and takes a suite's images, found out without allocating its weights."""

from __future__ import annotations

from typing import Any

import torch

import architectures
from bench.measurements.construction import Geometry
from bench.measurements.counting import CountingError, count


def problem(name: str, args: dict[str, Any], geometry: Geometry) -> str | None:
    """What is wrong with a network, in words; None when nothing is.

    Args:
        name: Registered or third-party name.
        args: Arguments of the network's constructor.
        geometry: Input and classes.
    """
    channels, image_size, classes = geometry
    try:
        with torch.device("meta"):
            model = architectures.build(
                name, num_classes=classes, in_channels=channels, image_size=image_size, **args
            )
        count(model, geometry.shape)
    except (architectures.ArchitectureError, CountingError) as error:
        return str(error)
    return None
