"""Whether a network can be built, takes a suite's images and returns logits, before anything is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

import architectures
from bench.measurements.construction import Geometry, constructor
from bench.measurements.counting import Count, CountingError, count_built
from bench.measurements.counting.shapes import times
from bench.measurements.counting.weightless import build_weightless
from bench.measurements.training import freezing
from bench.spec import Freeze


def problem(name: str, args: dict[str, Any], geometry: Geometry, freeze: Sequence[Freeze] = ()) -> str | None:
    """What is wrong with a network, in words; None when nothing is.

    Weights are allocated only where the network cannot be looked at without.

    Args:
        name: Registered or third-party name.
        args: Arguments of the network's constructor.
        geometry: Input and classes.
        freeze: What its recipe freezes.
    """
    try:
        construct = constructor(name, args, geometry)
        found = _no_logits(name, count_built(construct, geometry.shape), geometry)
        return found or (freezing.problem(_named(construct), freeze) if freeze else None)
    except (architectures.ArchitectureError, CountingError) as error:
        return str(error)


def _named(construct: Callable[[], nn.Module]) -> nn.Module:
    """A network whose parameters can be asked for their names."""
    try:
        return build_weightless(construct)
    except Exception:  # noqa: BLE001 - it has been built before, if not without weights
        return construct()


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
