"""The same network under another convention of its own, for the ledger: where a ResNet puts its strides."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import nn

from architectures import ArchitectureError
from bench.measurements.counting.counter import count_built
from bench.measurements.counting.layers import Count

STRIDES = "strides on the 1x1 (v1)"


def variants(
    construct: partial[nn.Module], args: Mapping[str, Any], shape: tuple[int, int, int]
) -> dict[str, Count]:
    """Counts of the variants of a network, by description; empty where it has none.

    Args:
        construct: Builds the network.
        args: The arguments that the user chose.
        shape: C, H, W of one image.
    """
    if args.get("stride_on", "3x3") != "3x3":
        return {}
    # An architecture without the option refuses it, and its ledger has no such line.
    with contextlib.suppress(ArchitectureError):
        return {STRIDES: count_built(partial(construct, stride_on="1x1"), shape)}
    return {}
