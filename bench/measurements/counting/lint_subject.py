"""What the lint looks at; `bench.records.Finding` is what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from bench.measurements.counting.layers import Count, LayerCount


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
