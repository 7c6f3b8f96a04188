"""Batch norm over the images of all processes.

torch's own SyncBatchNorm computes on GPUs only, and takes the place of the layers, so that it loses what a
layer derived from batch norm does besides. Here the function that all of them call is diverted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.overrides import TorchFunctionMode
from typing_extensions import override

Norm = nn.modules.batchnorm._BatchNorm  # noqa: SLF001 - the base of the batch norms of one to three dimensions


def has_batch_norm(model: nn.Module) -> bool:
    """Whether an image's output depends, in training, on other images through batch norm."""
    return any(isinstance(module, Norm) for module in model.modules())


class Synchronising(TorchFunctionMode):
    """Inside `with`, batch norms in training take mean and variance over the images of all processes."""

    def __init__(self, group: Any) -> None:
        super().__init__()
        self._group = group
        """Of its own: sums of gradients may be on their way in another."""

    @override
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        if func is F.batch_norm:
            return self._batch_norm(*args, **named)
        return func(*args, **named)

    def _batch_norm(  # noqa: PLR0913, PLR0917 - the arguments of torch's own function
        self,
        x: Tensor,
        running_mean: Tensor | None,
        running_var: Tensor | None,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Tensor:
        if not training:
            return F.batch_norm(x, running_mean, running_var, weight, bias, eps=eps)
        out: Tensor
        out, mean, variance, count = _Synchronised.apply(x, weight, bias, eps, self._group)
        if running_mean is not None and running_var is not None:
            with torch.no_grad():
                sample = variance * count / (count - 1).clamp_min(1)  # torch keeps that of a sample
                running_mean.lerp_(mean.to(running_mean.dtype), momentum)
                running_var.lerp_(sample.to(running_var.dtype), momentum)
        return out


class _Synchronised(torch.autograd.Function):
    """Normalise (N, C, ...) by mean and biased variance over the images and places of all processes."""

    @staticmethod
    @override
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, group: Any
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        own, mean = torch.var_mean(_wide(x), _others(x), correction=0)
        channels = len(mean)
        mine = torch.cat([mean, own, torch.full_like(mean[:1], x.numel() / channels)])
        said = [torch.empty_like(mine) for _ in range(dist.get_world_size(group))]
        dist.all_gather(said, mine, group=group)
        means, variances, counts = torch.stack(said).split([channels, channels, 1], dim=1)
        # After Chan et al. 1979, which takes no difference of two large sums.
        count = counts.sum(0)
        mean = (means * counts).sum(0) / count
        variance = ((variances + (means - mean).square()) * counts).sum(0) / count
        ctx.save_for_backward(x, weight, mean, (variance + eps).rsqrt(), count)
        ctx.group = group
        ctx.mark_non_differentiable(mean, variance, count)
        out = F.batch_norm(x, mean, variance, weight, bias, training=False, eps=eps)
        return out, mean, variance, count

    @staticmethod
    @override
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, mean, inverse, count = ctx.saved_tensors
        gradient, dims = _wide(gradients[0]), _others(x)
        shape = (-1, *(1 for _ in dims[1:]))
        normalised = (_wide(x) - mean.view(shape)) * inverse.view(shape)
        shift, scale = gradient.sum(dims), (gradient * normalised).sum(dims)
        total = torch.cat([shift, scale])
        dist.all_reduce(total, group=ctx.group)
        shifts, scales = (part.view(shape) for part in (total / count).chunk(2))
        factor = inverse if weight is None else inverse * weight
        found = (gradient - shifts - normalised * scales) * factor.view(shape)
        # Gradients of weight and bias are those of this process; they are averaged as all others are.
        own = (None, None) if weight is None else (scale, shift)
        return found.to(x.dtype), *own, None, None


def _wide(x: Tensor) -> Tensor:
    """Sums of many half-precision numbers need more digits than these have."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def _others(x: Tensor) -> tuple[int, ...]:
    """All dimensions but the channels'."""
    return (0, *range(2, x.ndim))
