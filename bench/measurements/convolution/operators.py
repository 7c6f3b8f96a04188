"""The products of matrices as operators of torch, whose inside torch.compile leaves alone.

Taken apart, they would lose the memory that they use again and again, which it cannot trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from bench.measurements.convolution import products


@torch.library.custom_op("archbench::convolution", mutates_args=())
def convolution(  # noqa: PLR0913, PLR0917 - an operator of torch has no others
    x: Tensor,
    weight: Tensor,  # noqa: ARG001
    rounded: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    by_product: bool,
) -> Tensor:
    """(N, C, H, W) by (K, C, R, S), of which `rounded` is computed with, and `weight` gets the gradient."""
    return products.forward(x, rounded, bias, _pair(stride), _pair(padding), by_product)


@torch.library.custom_op("archbench::convolution_gradient_of_input", mutates_args=())
def gradient_of_input(  # noqa: PLR0913, PLR0917
    gradient: Tensor,
    x: Tensor,
    rounded: Tensor,
    stride: Sequence[int],
    padding: Sequence[int],
    by_product: bool,
) -> Tensor:
    """(N, K, H', W') to (N, C, H, W)."""
    return products.gradient_of_input(_last(gradient), x, rounded, _pair(stride), _pair(padding), by_product)


@torch.library.custom_op("archbench::convolution_gradient_of_weight", mutates_args=())
def gradient_of_weight(
    gradient: Tensor, x: Tensor, shape: Sequence[int], stride: Sequence[int], padding: Sequence[int]
) -> Tensor:
    """(N, K, H', W') to (K, C, R, S), in float32."""
    return products.gradient_of_weight(_last(gradient), x, shape, _pair(stride), _pair(padding))


@convolution.register_fake
def _output(  # noqa: PLR0913, PLR0917
    x: Tensor,
    weight: Tensor,  # noqa: ARG001
    rounded: Tensor,
    bias: Tensor | None,  # noqa: ARG001
    stride: Sequence[int],
    padding: Sequence[int],
    by_product: bool,  # noqa: ARG001
) -> Tensor:
    height, width = products.sides(x.shape, rounded.shape, _pair(stride), _pair(padding))
    return _last(x.new_empty(len(x), len(rounded), height, width))


@gradient_of_input.register_fake
def _like_input(gradient: Tensor, x: Tensor, *_: object) -> Tensor:  # noqa: ARG001
    return _last(torch.empty_like(x))


@gradient_of_weight.register_fake
def _like_weight(gradient: Tensor, x: Tensor, shape: Sequence[int], *_: object) -> Tensor:  # noqa: ARG001
    return _last(x.new_empty(tuple(shape), dtype=torch.float32))


def _remember(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:  # noqa: ARG001
    x, _, rounded, _, ctx.stride, ctx.padding, ctx.by_product = inputs
    ctx.save_for_backward(x, rounded)


def _backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
    x, rounded = ctx.saved_tensors
    of_input = of_weight = of_bias = None
    if ctx.needs_input_grad[0]:
        of_input = gradient_of_input(gradient, x, rounded, ctx.stride, ctx.padding, ctx.by_product)
    if ctx.needs_input_grad[1]:
        of_weight = gradient_of_weight(gradient, x, rounded.shape, ctx.stride, ctx.padding)
    if ctx.needs_input_grad[3]:
        of_bias = gradient.sum((0, 2, 3)).float()
    return of_input, of_weight, None, of_bias, None, None, None


convolution.register_autograd(_backward, setup_context=_remember)


def _last(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=torch.channels_last)


def _pair(values: Sequence[int]) -> tuple[int, int]:
    return values[0], values[1]
