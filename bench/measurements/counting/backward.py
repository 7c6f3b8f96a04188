"""FLOPs of forward and backward, by torch's own counter."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from bench.measurements.counting.shapes import first_tensor
from bench.measurements.counting.weightless import is_meta


def training_flops(model: nn.Module, input_shape: tuple[int, int, int]) -> int:
    """FLOPs of forward and backward for one image, by torch's own counter.

    One formula is put right: torch counts the weight gradient of a grouped convolution as if every
    output channel met every input channel, which makes a depthwise network look tens of times dearer.

    Args:
        model: A copy that may be run; its parameters decide which gradients are needed.
        input_shape: C, H, W of one image.
    """
    device = "meta" if is_meta(model) else "cpu"
    formulas = {torch.ops.aten.convolution_backward: _convolution_backward}
    counter = FlopCounterMode(display=False, custom_mapping=formulas)
    with torch.enable_grad(), torch.device(device), counter:
        output = first_tensor(model(torch.zeros(1, *input_shape)))
        if output is not None and output.requires_grad:
            # autograd.grad would make the counter fail at modules that are given weights (parametrizations).
            output.sum().backward()
    model.zero_grad(set_to_none=True)
    return int(counter.get_total_flops())


def _convolution_backward(gradient: Any, images: Any, weight: Any, *rest: Any, **_: Any) -> int:
    """The gradients of input and weight each multiply exactly what the forward pass multiplied."""
    transposed, output_mask = rest[4], rest[7]
    positions = images if transposed else gradient
    forward: int = 2 * positions[0] * prod(positions[2:]) * prod(weight)
    return forward * (int(output_mask[0]) + int(output_mask[1]))
