"""Convolutions of few pixels as products of matrices, where a CPU multiplies matrices of bfloat16 itself.

Torch leaves convolutions on a CPU to oneDNN, whose kernels divide the pixels of an image among AMX tiles.
Deep layers have hardly any: with 512 channels and 4 x 4 pixels, the forward pass reached two fifths of what a
product of matrices reached on two cores, and the gradient of the weights a fifth. So these few are computed
as what they are, patches times weights (Chellapilla et al. 2006, "im2col"), from the same operands and with
the same sums in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from bench.measurements.convolution import operators, products

FEW, SOME = 16, 64
"""Pixels of an output channel up to which a product wins, measured with 64 to 2,048 channels."""
MANY, SEVERAL = 512 * 256, 256 * 256
"""Input times output channels from which it does."""


class Size(NamedTuple):
    """What decides how a convolution is computed."""

    channels: int
    """Input times output channels."""
    pixels: int
    """Of one output channel of one image."""

    @property
    def forward_by_product(self) -> bool:
        """Whether a product is faster forward and, with stride 1, for the gradient of the input."""
        return self.pixels <= FEW and self.channels >= MANY

    @property
    def weights_by_product(self) -> bool:
        """Whether the gradient of the weights is faster as a product."""
        return self.pixels <= FEW or (self.pixels <= SOME and self.channels >= SEVERAL)


class Conv2d(nn.Conv2d):
    """A layer that is computed as products of matrices where that is faster.

    What it returns, its gradients and its dtype are those of autocast to bfloat16, but for the order of
    float32 sums. Everything else is left to torch: other layouts than channels last, groups, dilation.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """(N, C, H, W) to (N, K, H', W')."""
        if self.padding_mode == "zeros" and torch.is_autocast_enabled("cpu"):
            found = convolved(
                input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
            )
            if found is not None:
                return found
        return super().forward(input)


def use_products(model: nn.Module) -> None:
    """Have the 2-D convolutions of a network computed so; subclasses, which may do more, stay as they are.

    In place, since an interception of every function of torch cost a small ResNet 2 % of its step.
    """
    for module in model.modules():
        if type(module) is nn.Conv2d:
            module.__class__ = Conv2d


def convolved(  # noqa: PLR0913, PLR0917 - those of torch's conv2d
    input: Tensor,  # noqa: A002 - torch's name
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | str | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor | None:
    """The convolution of (N, C, H, W) by (K, C, R, S) in bfloat16, or None where torch is to compute it."""
    if groups != 1 or isinstance(padding, str) or _pair(dilation) != (1, 1) or input.dim() != 4:
        return None
    if not input.is_contiguous(memory_format=torch.channels_last):
        return None
    steps, edges = _pair(stride), _pair(padding)
    height, width = products.sides(input.shape, weight.shape, steps, edges)
    size = Size(weight.shape[0] * weight.shape[1], height * width)
    if height < 1 or width < 1 or not size.weights_by_product:
        return None
    rounded = weight.detach().bfloat16()
    if not rounded.is_contiguous(memory_format=torch.channels_last):
        return None
    operands = input.bfloat16(), weight, rounded, bias, steps, edges, size.forward_by_product
    if torch.compiler.is_compiling():  # which would take the products apart
        return operators.convolution(*operands)  # type: ignore[no-any-return]
    return _Convolution.apply(*operands)  # type: ignore[no-any-return]


class _Convolution(torch.autograd.Function):
    """Convolution whose gradient of the weights is a product of matrices.

    Of the weights it takes both the original, so that their gradient need not be rounded, and what is
    computed with.
    """

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        rounded: Tensor,
        bias: Tensor | None,
        stride: tuple[int, int],
        padding: tuple[int, int],
        by_product: bool,
    ) -> Tensor:
        ctx.save_for_backward(x, weight, rounded)
        ctx.stride, ctx.padding, ctx.by_product = stride, padding, by_product
        return products.forward(x, rounded, bias, stride, padding, by_product)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, rounded = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient's own gradient is wanted, which leads to the original
            rounded = weight.bfloat16()
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        of_input = of_weight = of_bias = None
        if ctx.needs_input_grad[0]:
            of_input = products.gradient_of_input(
                gradient, x, rounded, ctx.stride, ctx.padding, ctx.by_product
            )
        if ctx.needs_input_grad[1]:
            of_weight = products.gradient_of_weight(gradient, x, weight.shape, ctx.stride, ctx.padding)
        if ctx.needs_input_grad[3]:
            of_bias = gradient.sum((0, 2, 3)).float()
        return of_input, of_weight, None, of_bias, None, None, None


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """Of rows and of columns."""
    both = (value, value) if isinstance(value, int) else tuple(value)
    return both[0], both[-1]
