"""What a layer of one's own may compute, and what it must leave to torch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd import forward_ad


def ordinary(tensor: Tensor) -> bool:
    """Whether it is a tensor as most are, on a CPU, watched by nobody but autograd or a compiler."""
    if type(tensor) is not Tensor or tensor.layout != torch.strided or not tensor.is_cpu or tensor.is_nested:
        return False
    return not watched(tensor)


def watched(tensor: Tensor) -> bool:
    """Whether a mode, batches of gradients, forward mode, torch.func or a tracer are to see torch alone."""
    if torch.compiler.is_compiling():
        return False
    if torch._C._functorch.is_legacy_batchedtensor(tensor) or forward_ad._current_level >= 0:  # noqa: SLF001
        return True
    modes = torch._C._len_torch_function_stack() + torch._C._len_torch_dispatch_stack()  # noqa: SLF001
    return bool(modes) or torch._C._are_functorch_transforms_active() or torch._C._is_tracing()  # noqa: SLF001


def may_be_changed(tensor: Tensor) -> bool:
    """Whether torch would let it be changed in place, so that nothing is changed before torch refuses."""
    return not (tensor._is_view() or (tensor.is_leaf and tensor.requires_grad))  # noqa: SLF001
