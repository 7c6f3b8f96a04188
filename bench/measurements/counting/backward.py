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

    Two formulas are put right. Torch counts the weight gradient of a grouped convolution as if every
    output channel met every input channel, which makes a depthwise network look tens of times dearer. And
    those of fused attention count products that a kernel makes once more, if its release has any.

    Args:
        model: A copy that may be run; its parameters decide which gradients are needed.
        input_shape: C, H, W of one image.
    """
    weight = next(model.parameters(), torch.empty(0))
    device = "meta" if is_meta(model) else weight.device
    counter = FlopCounterMode(display=False, custom_mapping=FORMULAS)
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


def _attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    """Query (N, H, L, E), key (N, H, S, E), value (N, H, S, V): scores, and their product with the values."""
    products: int = 2 * prod(query[:-1]) * key[-2] * (query[-1] + value[-1])
    return products


def _attention_backward(_: Any, query: Any, key: Any, value: Any, *__: Any, **___: Any) -> int:
    """Two products for each of the forward pass, as where attention is not fused."""
    return 2 * _attention(query, key, value)


_aten = torch.ops.aten
_FUSED = tuple(f"_scaled_dot_product_{kernel}" for kernel in (
    "flash_attention", "flash_attention_for_cpu", "efficient_attention", "cudnn_attention",
    "fused_attention_overrideable",
))  # fmt: skip
FORMULAS = {
    _aten.convolution_backward: _convolution_backward,
    **{getattr(_aten, name): _attention for name in _FUSED},
    **{getattr(_aten, f"{name}_backward"): _attention_backward for name in _FUSED},
}
