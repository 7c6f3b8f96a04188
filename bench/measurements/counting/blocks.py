"""Layers added up to blocks, for a shorter table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.measurements.counting.layers import LayerCount


def fold(layers: Sequence[LayerCount], depth: int) -> tuple[LayerCount, ...]:
    """Add up whatever lies deeper than `depth` levels of names: "block1.conv1" is at level 2.

    A block's type is "block"; its input is that of its first layer and its output that of its last.
    """
    folded: dict[str, LayerCount] = {}
    for layer in layers:
        name = ".".join(layer.layer.split(".")[:depth])
        block = folded.get(name)
        if block is None:
            folded[name] = layer if name == layer.layer else replace(layer, layer=name, type="block")
            continue
        folded[name] = replace(
            block,
            type="block",
            output_shape=layer.output_shape or block.output_shape,
            params=block.params + layer.params,
            macs=block.macs + layer.macs,
            activations=block.activations + layer.activations,
            weights=(*block.weights, *layer.weights),
            elements_in=block.elements_in + layer.elements_in,
            elements_out=block.elements_out + layer.elements_out,
        )
    return tuple(folded.values())
