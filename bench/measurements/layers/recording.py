"""Who records what a layer computes."""

from __future__ import annotations

import torch


def by_autograd_alone() -> bool:
    """Whether no transform of torch.func and no tracer looks on, which know torch's own operators only."""
    if torch.compiler.is_compiling():
        return True
    return not (torch._C._are_functorch_transforms_active() or torch._C._is_tracing())  # noqa: SLF001
