"""The static measurement: counts of a network at a trial's input size, as a record and a layer table."""

from __future__ import annotations

from typing import Any

from torch import nn

from bench.measurements.counting import count
from bench.records import LAYER_COLUMNS, StaticFacts


def measure(
    model: nn.Module, input_shape: tuple[int, int, int]
) -> tuple[StaticFacts, tuple[dict[str, Any], ...]]:
    """Count a network for one image of shape C, H, W; it is not touched.

    Returns:
        The facts of the record, and rows of layers.csv with the columns `bench.records.LAYER_COLUMNS`;
        shapes are written like 64x112x112.

    Raises:
        CountingError: The network cannot take such an image.
    """
    counts = count(model, input_shape)
    facts = StaticFacts(
        params=counts.params,
        params_frozen=counts.params_frozen,
        params_body=counts.params_body,
        buffers=counts.buffers,
        macs=counts.macs,
        flops=counts.flops,
        flops_train=counts.flops_train,
        activations=counts.activations,
        output_shape=counts.output_shape,
        unsupported=dict(counts.unsupported),
    )
    rows = []
    for layer in counts.layers:
        shape = "x".join(map(str, layer.output_shape))
        values = (layer.layer, layer.type, shape, layer.params, layer.macs, layer.activations)
        rows.append(dict(zip(LAYER_COLUMNS, values, strict=True)))
    return facts, tuple(rows)
