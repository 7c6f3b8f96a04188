"""ReLU on the bits of bfloat16, for which torch's own loop on a CPU is slow.

It converts each number to float32 and back: 4.4 ms for 8.4 million of them, where the same loop over int16
takes 1.2. Bits of positive numbers are positive integers, those of negative ones are negative, -infinity is
-128, and what lies above it is NaN.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from bench.measurements.layers.ordinary import may_be_changed, ordinary, watched

MINUS_INFINITY = -128
"""Its bits; 0xff80 as int16."""


class ReLU(nn.ReLU):
    """A layer whose output and gradient are torch's for every number; of NaN, the output.

    Of -0 the output is 0. The gradient of NaN whose sign is set is 0, where torch passes the one it is given.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """Any shape to the same."""
        compiling = torch.compiler.is_compiling()  # which makes loops of its own
        if compiling or not ordinary(input) or input.dtype != torch.bfloat16:
            return super().forward(input)
        if self.inplace and not may_be_changed(input):
            return super().forward(input)
        return _ReLU.apply(input, self.inplace)  # type: ignore[no-any-return]


def use_bits(model: nn.Module) -> None:
    """Have the ReLU layers of a network computed so; subclasses, which may do more, stay as they are."""
    for module in model.modules():
        if type(module) is nn.ReLU:
            module.__class__ = ReLU


class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, inplace: bool) -> Tensor:
        if inplace:
            torch.threshold_(x.view(torch.int16), MINUS_INFINITY, 0)
            ctx.mark_dirty(x)
            y = x
        else:
            y = torch.threshold(x.view(torch.int16), MINUS_INFINITY, 0).view(torch.bfloat16)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (y,) = ctx.saved_tensors
        if torch.is_grad_enabled() or watched(gradient):  # its own gradient is wanted
            return torch.ops.aten.threshold_backward(gradient, y, 0), None
        bits = torch.ops.aten.threshold_backward(gradient.view(torch.int16), y.view(torch.int16), 0)
        return bits.view(torch.bfloat16), None
