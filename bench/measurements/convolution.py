"""Convolutions of few pixels as products of matrices, where a CPU multiplies matrices of bfloat16 itself.

Torch leaves convolutions on a CPU to oneDNN, whose kernels divide the pixels of an image among AMX tiles.
Deep layers have hardly any: with 512 channels and 4 x 4 pixels, the forward pass reached two fifths of what a
product of matrices reached on two cores, and the gradient of the weights a fifth. So these few are computed
as what they are, patches times weights (Chellapilla et al. 2006, "im2col"), from the same operands and with
the same sums in float32.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEW, SOME = 16, 64
"""Pixels of an output channel up to which a product wins, measured with 64 to 2,048 channels."""
MANY, SEVERAL = 512 * 256, 256 * 256
"""Input times output channels from which it does."""
ROWS = 4096
"""Pixels whose patches are multiplied at once."""
SCRATCH = threading.local()
"""Each thread's memory for patches."""


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
    height, width = _sides(input.shape, weight.shape, steps, edges)
    size = Size(weight.shape[0] * weight.shape[1], height * width)
    if height < 1 or width < 1 or not size.weights_by_product:
        return None
    rounded = weight.detach().bfloat16()
    if not rounded.is_contiguous(memory_format=torch.channels_last):
        return None
    return _Convolution.apply(  # type: ignore[no-any-return]
        input.bfloat16(), weight, rounded, bias, steps, edges, size.forward_by_product
    )


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
        offset = None if bias is None else bias.bfloat16()
        if not by_product:
            return torch.conv2d(x, rounded, offset, stride, padding)
        return product(x, rounded, offset, stride, padding)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, rounded = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient's own gradient is wanted, which leads to the original
            rounded = weight.bfloat16()
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        of_input = of_weight = of_bias = None
        if ctx.needs_input_grad[0]:
            if ctx.by_product and ctx.stride == (1, 1):
                of_input = input_gradient(gradient, rounded, ctx.padding)
            else:
                of_input = torch.ops.aten.convolution_backward(
                    gradient, x, rounded, None, ctx.stride, ctx.padding, (1, 1), False, (0, 0), 1,
                    (True, False, False),
                )[0]  # fmt: skip
        if ctx.needs_input_grad[1]:
            of_weight = weight_gradient(gradient, x, weight.shape, ctx.stride, ctx.padding)
        if ctx.needs_input_grad[3]:
            of_bias = gradient.sum((0, 2, 3), dtype=torch.float32)
        return of_input, of_weight, None, of_bias, None, None, None


def product(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    """(N, C, H, W) by (K, C, R, S) to (N, K, H', W'), all channels last."""
    height, width = _sides(x.shape, weight.shape, stride, padding)
    kernels = weight.permute(0, 2, 3, 1).reshape(len(weight), -1)
    parts = [
        F.linear(patches(part, weight.shape[2:], stride, padding), kernels, bias)
        for part in x.split(_images(height * width))
    ]
    return _joined(parts).view(len(x), height, width, -1).permute(0, 3, 1, 2)


def input_gradient(gradient: Tensor, weight: Tensor, padding: tuple[int, int]) -> Tensor:
    """The gradient of the input with stride 1: the gradient (N, K, H', W') by the kernels turned around."""
    k, c, r, s = weight.shape
    turned = torch.stack([weight[:, :, r - 1 - i, s - 1 - j] for i in range(r) for j in range(s)])
    edges = r - 1 - padding[0], s - 1 - padding[1]
    height, width = _sides(gradient.shape, weight.shape, (1, 1), edges)
    parts = [
        patches(part, (r, s), (1, 1), edges) @ turned.view(r * s * k, c)
        for part in gradient.split(_images(height * width))
    ]
    return _joined(parts).view(len(gradient), height, width, c).permute(0, 3, 1, 2)


def weight_gradient(
    gradient: Tensor, x: Tensor, shape: Sequence[int], stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    """The gradient (K, C, R, S) of the weights from that of the output (N, K, H', W').

    In float32, of a few images at a time, whose patches stay in the cache.
    """
    k, c, r, s = shape
    images = _images(gradient.shape[2] * gradient.shape[3])
    parts = (
        part.permute(0, 2, 3, 1).reshape(-1, k).t().contiguous() @ patches(seen, (r, s), stride, padding)
        for part, seen in zip(gradient.split(images), x.split(images), strict=True)
    )
    whole: Tensor = next(parts).float()
    for part in parts:
        whole = whole + part if whole.requires_grad else whole.add_(part)
    return whole.view(k, r, s, c).permute(0, 3, 1, 2)


def patches(x: Tensor, kernel: Sequence[int], stride: tuple[int, int], padding: tuple[int, int]) -> Tensor:
    """What each output pixel of a kernel (R, S) sees of (N, C, H, W): (N * H' * W', R * S * C)."""
    (n, c, _, _), (r, s) = x.shape, kernel
    height, width = _sides(x.shape, (0, 0, r, s), stride, padding)
    x = x.permute(0, 2, 3, 1)
    if padding != (0, 0):  # a negative one takes away
        x = F.pad(x, (0, 0, padding[1], padding[1], padding[0], padding[0]))
    seen = x.unfold(1, r, stride[0]).unfold(2, s, stride[1])  # (N, H', W', C, R, S)
    seen = seen.permute(0, 1, 2, 4, 5, 3)
    if not torch.is_grad_enabled():
        seen = _scratch(seen.numel(), seen.dtype).view(seen.shape).copy_(seen)
    return seen.reshape(n * height * width, r * s * c)


def _scratch(numbers: int, dtype: torch.dtype) -> Tensor:
    """Memory that is used again and again, and so is in the cache; fresh memory took eight times as long."""
    held: Tensor | None = getattr(SCRATCH, "held", None)
    if held is None or held.numel() < numbers or held.dtype != dtype:
        with torch.inference_mode(mode=False):  # training writes to it, too
            SCRATCH.held = held = torch.empty(numbers, dtype=dtype)
    return held[:numbers]


def _images(pixels: int) -> int:
    """How many have their patches multiplied at once."""
    return max(1, ROWS // pixels)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """Of rows and of columns."""
    both = (value, value) if isinstance(value, int) else tuple(value)
    return both[0], both[-1]


def _sides(
    image: Sequence[int], kernel: Sequence[int], stride: tuple[int, int], padding: tuple[int, int]
) -> tuple[int, int]:
    """Rows and columns of the output."""
    height, width = ((image[2 + i] + 2 * padding[i] - kernel[2 + i]) // stride[i] + 1 for i in range(2))
    return height, width
