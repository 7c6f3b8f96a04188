"""What the lint looks at, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from bench.measurements.counting.layers import Count, LayerCount


@dataclass(frozen=True)
class Finding:
    """One likely mistake."""

    rule: str
    """Short name, stable enough to filter by."""
    layers: tuple[str, ...]
    """Where it was found; empty if it is about the whole network."""
    message: str
    """What is wrong and what to do about it."""


@dataclass(frozen=True)
class Subject:
    """A copy of a network without weights, with what is known of it."""

    model: nn.Module
    modules: dict[str, nn.Module]
    counts: Count
    input_shape: tuple[int, int, int]

    def convolutions(self, counts: Count | None = None) -> list[LayerCount]:
        """Called convolutions over images, in order."""
        rows = (counts or self.counts).layers
        return [row for row in rows if row.calls and isinstance(self.modules.get(row.layer), nn.Conv2d)]
