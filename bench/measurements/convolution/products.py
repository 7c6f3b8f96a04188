"""Convolutions and their gradients as patches times weights (Chellapilla et al. 2006, "im2col").

All tensors of images and of kernels are bfloat16, channels last.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

ROWS = 4096
"""Pixels whose patches are multiplied at once."""
FEW_ROWS, MANY_ROWS = 256, 1024
"""Rows between which a product is divided by hand."""
AT_ONCE = 64
"""Rows that are transposed at once."""
SCRATCH = threading.local()
"""Each thread's memory for patches."""


def forward(  # noqa: PLR0913, PLR0917
    x: Tensor,
    rounded: Tensor,
    bias: Tensor | None,
    stride: tuple[int, int],
    padding: tuple[int, int],
    by_product: bool,
) -> Tensor:
    """The convolution, by a product or by torch; the bias in any dtype."""
    offset = None if bias is None else bias.bfloat16()
    if not by_product:
        return torch.conv2d(x, rounded, offset, stride, padding)
    return product(x, rounded, offset, stride, padding)


def gradient_of_input(  # noqa: PLR0913, PLR0917
    gradient: Tensor,
    x: Tensor,
    rounded: Tensor,
    stride: tuple[int, int],
    padding: tuple[int, int],
    by_product: bool,
) -> Tensor:
    """The gradient of the input, by a product where the output was and the stride is 1."""
    if by_product and stride == (1, 1):
        return product_of_gradient(gradient, rounded, padding)
    found: Tensor = torch.ops.aten.convolution_backward(
        gradient, x, rounded, None, stride, padding, (1, 1), False, (0, 0), 1, (True, False, False)
    )[0]
    return found


def product(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    """(N, C, H, W) by (K, C, R, S) to (N, K, H', W'), all channels last."""
    height, width = sides(x.shape, weight.shape, stride, padding)
    kernels = weight.permute(0, 2, 3, 1).reshape(len(weight), -1)
    parts = [
        _multiplied(patches(part, weight.shape[2:], stride, padding), kernels.t(), bias)
        for part in x.split(_images(height * width))
    ]
    return _joined(parts).view(len(x), height, width, -1).permute(0, 3, 1, 2)


def product_of_gradient(gradient: Tensor, weight: Tensor, padding: tuple[int, int]) -> Tensor:
    """The gradient of the input with stride 1: the gradient (N, K, H', W') by the kernels turned around."""
    k, c, r, s = weight.shape
    turned = torch.stack([weight[:, :, r - 1 - i, s - 1 - j] for i in range(r) for j in range(s)])
    edges = r - 1 - padding[0], s - 1 - padding[1]
    height, width = sides(gradient.shape, weight.shape, (1, 1), edges)
    parts = [
        _multiplied(patches(part, (r, s), (1, 1), edges), turned.view(r * s * k, c))
        for part in gradient.split(_images(height * width))
    ]
    return _joined(parts).view(len(gradient), height, width, c).permute(0, 3, 1, 2)


def gradient_of_weight(
    gradient: Tensor, x: Tensor, shape: Sequence[int], stride: tuple[int, int], padding: tuple[int, int]
) -> Tensor:
    """The gradient (K, C, R, S) of the weights from that of the output (N, K, H', W').

    In float32, of a few images at a time, whose patches stay in the cache.
    """
    k, c, r, s = shape
    images = _images(gradient.shape[2] * gradient.shape[3])
    parts = (
        _transposed(part.permute(0, 2, 3, 1).reshape(-1, k)) @ patches(seen, (r, s), stride, padding)
        for part, seen in zip(gradient.split(images), x.split(images), strict=True)
    )
    whole: Tensor = next(parts).float()
    for part in parts:
        whole = whole + part if whole.requires_grad else whole.add_(part)
    return whole.view(k, r, s, c).permute(0, 3, 1, 2)


def patches(x: Tensor, kernel: Sequence[int], stride: tuple[int, int], padding: tuple[int, int]) -> Tensor:
    """What each output pixel of a kernel (R, S) sees of (N, C, H, W): (N * H' * W', R * S * C)."""
    (n, c, _, _), (r, s) = x.shape, kernel
    height, width = sides(x.shape, (0, 0, r, s), stride, padding)
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


def _multiplied(rows: Tensor, columns: Tensor, bias: Tensor | None = None) -> Tensor:
    """(M, K) by (K, N) plus (N,).

    With as few rows, oneDNN 3.13 leaves all to one of two threads, so each is given half of the columns.
    Other numbers of threads were not measured.
    """
    (m, k), n = rows.shape, columns.shape[1]
    if not FEW_ROWS <= m <= MANY_ROWS or n % 2 or torch.get_num_threads() != 2:
        return rows @ columns if bias is None else torch.addmm(bias, rows, columns)
    halves = rows.expand(2, m, k), columns.unflatten(1, (2, n // 2)).transpose(0, 1)
    both = torch.bmm(*halves) if bias is None else torch.baddbmm(bias.view(2, 1, n // 2), *halves)
    return both.transpose(0, 1).reshape(m, n)


def _transposed(rows: Tensor) -> Tensor:
    """(M, K) to (K, M), copied by all threads, which torch does not do with two dimensions."""
    m, k = rows.shape
    if m % AT_ONCE:
        return rows.t().contiguous()
    return rows.view(m // AT_ONCE, AT_ONCE, k).permute(2, 0, 1).reshape(k, m)


def _images(pixels: int) -> int:
    """How many have their patches multiplied at once."""
    return max(1, ROWS // pixels)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def sides(
    image: Sequence[int], kernel: Sequence[int], stride: tuple[int, int], padding: tuple[int, int]
) -> tuple[int, int]:
    """Rows and columns of the output."""
    height, width = ((image[2 + i] + 2 * padding[i] - kernel[2 + i]) // stride[i] + 1 for i in range(2))
    return height, width
