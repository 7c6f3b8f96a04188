"""Adam and AdamW whose fused form on a CPU does not copy every gradient first.

Torch's kernel goes through parameters, gradients and moments in the order of their memory. Before, it makes
each gradient contiguous, and throws that copy away (as of torch 2.15): where weights are channels last, all
of them, at every step. Handed over as they lie in memory, all four are contiguous already.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Adam(torch.optim.Adam):
    """Adam (Kingma and Ba 2014), or AdamW (Loshchilov and Hutter 2017) with `decoupled_weight_decay`.

    Its state, and the values it computes, are those of torch.
    """

    def _init_group(self, group: dict[str, Any], *lists: list[Tensor]) -> bool:
        """Fill the lists of what a step works on; all but the last, the counts, are as the parameters are."""
        is_complex: bool = super()._init_group(group, *lists)  # type: ignore[no-untyped-call]
        if group["fused"]:
            shaped = [tensors for tensors in lists[:-1] if tensors]
            for number, weights in enumerate(lists[0]):
                if _channels_last(weights) and all(
                    tensors[number].stride() == weights.stride() for tensors in shaped
                ):
                    for tensors in shaped:
                        tensors[number] = tensors[number].permute(0, 2, 3, 1)
        return is_complex


def _channels_last(weights: Tensor) -> bool:
    """Of a convolution, on a CPU, and in memory in the order (K, R, S, C)."""
    return (
        weights.dim() == 4
        and weights.device.type == "cpu"
        and weights.is_contiguous(memory_format=torch.channels_last)
    )
