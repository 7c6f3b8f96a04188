"""Multiply-accumulates of each operator that has any.

The convention is the one of convolution and matrix products only. Everything else falls in one of two
groups: operators known to be left out of it (`left_out.py`), and operators that nobody has looked at,
which the counter reports as unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

Rule = Callable[[Sequence[Any], Any], tuple[int, int]]
"""From an operator's positional arguments and its result to (MACs, output elements)."""


def _convolution(args: Sequence[Any], out: Tensor) -> tuple[int, int]:
    """Inputs (N, C, *space), weight (C_out, C_in / groups, *kernel); the first two swapped if transposed."""
    images, weight, transposed = args[0], args[1], bool(args[6])
    positions = images if transposed else out  # each of these meets the whole kernel once
    return len(out) * prod(positions.shape[2:]) * weight.numel(), out.numel()


def _fixed_convolution(args: Sequence[Any], out: Tensor) -> tuple[int, int]:
    """Convolutions of one library, which have no `transposed` argument."""
    return len(out) * prod(out.shape[2:]) * args[1].numel(), out.numel()


def _product(left: int) -> Rule:
    """Matrix products whose last-but-one operand stands at index `left`: (..., M, K) x (..., K, N)."""

    def rule(args: Sequence[Any], out: Tensor) -> tuple[int, int]:
        return out.numel() * args[left].shape[-1], out.numel()

    return rule


def _linear(args: Sequence[Any], out: Tensor) -> tuple[int, int]:
    return out.numel() * args[1].shape[-1], out.numel()


def _attention(args: Sequence[Any], _: Any) -> tuple[int, int]:
    """Fused attention, counted as its two products.

    Query (N, H, L, E), key (N, H, S, E), value (N, H, S, V).
    """
    query, key, value = args[:3]
    scores = prod(query.shape[:-1]) * key.shape[-2]
    outputs = prod(query.shape[:-1]) * value.shape[-1]
    return scores * query.shape[-1] + outputs * key.shape[-2], scores + outputs


_aten = torch.ops.aten

RULES: dict[Any, Rule] = {
    _aten.convolution: _convolution,
    _aten._convolution: _convolution,  # noqa: SLF001 - operators, not private attributes
    _aten.convolution_overrideable: _convolution,
    _aten.mkldnn_convolution: _fixed_convolution,
    _aten.cudnn_convolution: _fixed_convolution,
    _aten.mm: _product(0),
    _aten.bmm: _product(0),
    _aten.mv: _product(0),
    _aten.dot: _product(0),
    _aten.vdot: _product(0),
    _aten.addmm: _product(1),
    _aten.addmv: _product(1),
    _aten.baddbmm: _product(1),
    _aten._addmm_activation: _product(1),  # noqa: SLF001
    _aten.linear: _linear,
    _aten.mkldnn_linear: _linear,
    _aten._scaled_dot_product_flash_attention: _attention,  # noqa: SLF001
    _aten._scaled_dot_product_flash_attention_for_cpu: _attention,  # noqa: SLF001
    _aten._scaled_dot_product_efficient_attention: _attention,  # noqa: SLF001
    _aten._scaled_dot_product_cudnn_attention: _attention,  # noqa: SLF001
    _aten._scaled_dot_product_fused_attention_overrideable: _attention,  # noqa: SLF001
}
