"""What a layer of one's own may compute, and what it must leave to torch."""

from __future__ import annotations

import torch
from torch import Tensor


def ordinary(tensor: Tensor) -> bool:
    """Whether it is a tensor as most are, on a CPU, watched by nobody but autograd or a compiler.

    Transforms of torch.func and tracers know torch's own operators only.
    """
    if type(tensor) is not Tensor or tensor.layout != torch.strided or not tensor.is_cpu or tensor.is_nested:
        return False
    if torch.compiler.is_compiling():
        return True
    return not (torch._C._are_functorch_transforms_active() or torch._C._is_tracing())  # noqa: SLF001


def may_be_changed(tensor: Tensor) -> bool:
    """Whether torch would let it be changed in place, so that nothing is changed before torch refuses."""
    return not (tensor._is_view() or (tensor.is_leaf and tensor.requires_grad))  # noqa: SLF001
