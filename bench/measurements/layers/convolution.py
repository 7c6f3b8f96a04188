"""Convolutions of few pixels with images side by side, where a CPU multiplies matrices of bfloat16.

Torch leaves convolutions on a CPU to oneDNN, whose kernels fill AMX tiles with pixels that lie in one row of
an image. Deep layers have hardly any: with 512 channels and 4 x 4 pixels, the gradient of the weights took
four times as long as with 32 images beside each other, the zeros between them being their padding. So the
images of these layers are laid so, and taken apart afterwards; operands and kernels stay torch's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from bench.measurements.layers.ordinary import ordinary, watched

IN_A_ROW = 32
"""Images beside each other, at most: with one pixel between them, rows are then as long as whole tiles."""
FEW = 64
"""Pixels of an output channel up to which images beside each other win, measured with 8 to 500 images."""
SOME = 2**14
"""Numbers in the kernels from which they do."""
MANY = 2**15
"""Numbers in the kernels, for each pixel, from which they do forward, too."""
TILE = 16
"""Channels that both sides must have; fewer were not measured."""


class Geometry(NamedTuple):
    """What a convolution of (N, C, H, W) by (K, C, R, S) depends on, beside its operands."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    group: int
    """Images in a row."""
    period: int
    """Columns from one image's output to the next one's."""


class Size(NamedTuple):
    """What decides which of the three passes has its images side by side."""

    weights: int
    """Numbers in the kernels."""
    pixels: int
    """Of one output channel of one image."""
    pointwise: bool = False
    """Whether each pixel is seen alone, so that laying images side by side moves no memory."""
    strided: bool = False
    """Whether pixels of the input are skipped."""

    @property
    def gains(self) -> bool:
        """Whether the gradient of the weights is faster so, which gains the most."""
        return self.pixels <= FEW and self.weights >= SOME

    @property
    def forward(self) -> bool:
        """Whether the output is."""
        return self.pointwise or self.weights >= MANY * self.pixels

    @property
    def backward(self) -> bool:
        """Whether the gradient of the input is."""
        return self.forward or self.strided


class Conv2d(nn.Conv2d):
    """A layer whose images are side by side where that is faster.

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


def use_side_by_side(model: nn.Module) -> None:
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
    if groups != 1 or isinstance(padding, str) or _pair(dilation) != (1, 1) or not _suit(input, weight):
        return None
    steps, edges = _pair(stride), _pair(padding)
    (r, s), (height, width) = weight.shape[2:], input.shape[2:]
    sides = _side(height, r, steps[0], edges[0]), _side(width, s, steps[1], edges[1])
    pointwise = r == s == 1 and steps == (1, 1) and edges == (0, 0)
    size = Size(weight.numel(), sides[0] * sides[1], pointwise, strided=steps[1] > 1)
    group = _in_a_row(len(input))
    if group < 2 or min(sides) < 1 or not size.gains or not _aligned(s, steps[1], edges[1]):
        return None
    columns = height * width if pointwise else width
    geometry = Geometry(steps, edges, group, -(-(columns + edges[1]) // steps[1]))
    x = _flat(input.bfloat16()) if pointwise else input.bfloat16()
    y = _Convolution.apply(x, weight.bfloat16(), None if bias is None else bias.bfloat16(), geometry, size)
    return y.unflatten(3, (height, width)).squeeze(2) if pointwise else y  # type: ignore[no-any-return]


class _Convolution(torch.autograd.Function):
    """A convolution each of whose three passes has its images side by side or not; all of it in bfloat16."""

    @staticmethod
    def forward(  # noqa: PLR0913, PLR0917
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, at: Geometry, size: Size
    ) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.at, ctx.size = at, size
        if not size.forward:
            return torch.conv2d(x, weight, bias, at.stride, at.padding)
        width = _side(x.shape[3], weight.shape[3], at.stride[1], at.padding[1])
        rows = side_by_side(x, at.group, at.stride[1] * at.period)
        y = apart(torch.conv2d(rows, weight, bias, at.stride, at.padding), at.group, width)
        return y.data  # no view of what nobody else sees, which could not be changed in place

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (x, weight), at = ctx.saved_tensors, ctx.at
        wanted = list(ctx.needs_input_grad[:3])
        if watched(gradient):
            return *_gradients(gradient, x, weight, at, wanted), None, None
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        of_input = of_weight = of_bias = None
        if wanted[0] and not ctx.size.backward:
            of_input = _gradients(gradient, x, weight, at, [True, False, False])[0]
            wanted[0] = False
        if any(wanted):
            rows = side_by_side(x, at.group, at.stride[1] * at.period)
            slopes = side_by_side(gradient, at.group, at.period)
            of_rows, of_weight, of_bias = _gradients(slopes, rows, weight, at, wanted)
            if wanted[0]:
                of_input = apart(of_rows, at.group, x.shape[3])
        return of_input, of_weight, of_bias, None, None


def side_by_side(images: Tensor, group: int, period: int) -> Tensor:
    """(N, C, H, W) to (N / group, C, H, group * period), zeros behind each image; channels last."""
    n, c, height, width = images.shape
    rows = images.permute(0, 2, 3, 1).reshape(n // group, group, height, width, c).transpose(1, 2)
    if period > width:
        laid = rows.new_empty(n // group, height, group, period, c)
        laid[:, :, :, width:] = 0
        laid[:, :, :, :width] = rows
        rows = laid
    return rows.reshape(n // group, height, group * period, c).permute(0, 3, 1, 2)


def apart(rows: Tensor, group: int, width: int) -> Tensor:
    """(N / group, C, H, group * period) to (N, C, H, width), without what is behind each image."""
    n, c, height, _ = rows.shape
    images = rows.permute(0, 2, 3, 1).reshape(n, height, group, -1, c)[:, :, :, :width]
    return images.transpose(1, 2).reshape(n * group, height, width, c).contiguous().permute(0, 3, 1, 2)


def _gradients(gradient: Tensor, x: Tensor, weight: Tensor, at: Geometry, wanted: list[bool]) -> Any:
    """Those of the input, the weights and the bias, where wanted; else None."""
    return torch.ops.aten.convolution_backward(
        gradient, x, weight, (len(weight),), at.stride, at.padding, (1, 1), False, (0, 0), 1, wanted
    )


def _side(pixels: int, kernel: int, stride: int, padding: int) -> int:
    """Rows or columns of the output."""
    return (pixels + 2 * padding - kernel) // stride + 1


def _aligned(kernel: int, stride: int, padding: int) -> bool:
    """Whether a row's output has one period for each of its images, as with "same" padding."""
    return 2 * padding < kernel <= 2 * padding + stride


def _in_a_row(images: int) -> int:
    """How many images are beside each other: as many as divide the batch; of none, 0."""
    return images and max(group for group in range(1, IN_A_ROW + 1) if images % group == 0)


def _flat(images: Tensor) -> Tensor:
    """(N, C, H, W) to (N, C, 1, H * W), where each pixel is seen alone."""
    return images.flatten(2).unsqueeze(2)


def _suit(x: Tensor, weight: Tensor) -> bool:
    """Whether autocast would round both to bfloat16, and they are images and kernels of some channels."""
    if not ordinary(x) or torch.get_autocast_dtype("cpu") != torch.bfloat16:
        return False
    if x.dim() != 4 or x.shape[1] != weight.shape[1] or min(weight.shape[:2]) < TILE:
        return False
    return all(
        tensor.dtype in {torch.float32, torch.bfloat16}
        and tensor.is_contiguous(memory_format=torch.channels_last)
        for tensor in (x, weight)
    )


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """Of rows and of columns."""
    both = (value, value) if isinstance(value, int) else tuple(value)
    return both[0], both[-1]
