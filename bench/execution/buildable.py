"""Whether a network can be built, takes a suite's images and returns logits, before anything is trained."""

from __future__ import annotations

from typing import Any

import architectures
from bench.measurements.construction import Geometry, constructor
from bench.measurements.counting import Count, CountingError, count_built
from bench.measurements.counting.shapes import times


def problem(name: str, args: dict[str, Any], geometry: Geometry) -> str | None:
    """What is wrong with a network, in words; None when nothing is.

    Weights are allocated only where the network cannot be looked at without.

    Args:
        name: Registered or third-party name.
        args: Arguments of the network's constructor.
        geometry: Input and classes.
    """
    try:
        return _no_logits(name, count_built(constructor(name, args, geometry), geometry.shape), geometry)
    except (architectures.ArchitectureError, CountingError) as error:
        return str(error)


def _no_logits(name: str, counts: Count, geometry: Geometry) -> str | None:
    """One number a class, in one tensor; whatever else there is would be trained to the wrong end, or not."""
    if counts.output_type != "Tensor":
        return f"{name} returns a {counts.output_type}; return logits alone, one tensor (N, classes)"
    if counts.output_shape != (geometry.classes,):
        return (
            f"{name} returns {times(counts.output_shape)} for an image, and there are {geometry.classes} "
            "classes; return a logit for each, for example by an argument num_classes"
        )
    return None
