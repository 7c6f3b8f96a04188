"""Copies of a network that own no memory for weights, so that counting touches neither memory nor caller."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from bench.measurements.counting.layers import CountingError


def weightless(model: nn.Module) -> nn.Module:
    """Copy a network onto the meta device, in evaluation mode; shared modules and parameters stay shared.

    Raises:
        CountingError: The network cannot be copied.
    """
    return _copy(model, lambda tensor: torch.empty_like(tensor, device="meta"))


def sharing_weights(model: nn.Module) -> nn.Module:
    """Copy a network's structure, in evaluation mode, around the very same weights.

    Raises:
        CountingError: The network cannot be copied.
    """
    return _copy(model, lambda tensor: tensor.detach())


def is_meta(model: nn.Module) -> bool:
    """Whether any tensor of the network has no data."""
    return any(tensor.is_meta for tensor in _tensors(model))


def _copy(model: nn.Module, replace: Callable[[Tensor], Tensor]) -> nn.Module:
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    # deepcopy takes whatever its memo holds for an object instead of copying it, so that
    # not even one weight is allocated a second time.
    memo: dict[int, object] = {}
    for tensor in _tensors(model):
        if id(tensor) not in memo:
            new = replace(tensor)
            is_parameter = isinstance(tensor, nn.Parameter)
            memo[id(tensor)] = nn.Parameter(new, requires_grad=tensor.requires_grad) if is_parameter else new
    try:
        duplicate = copy.deepcopy(model, memo)
    except (TypeError, RuntimeError, NotImplementedError) as error:
        raise CountingError(
            f"{type(model).__name__} cannot be counted, because copying it fails: {error}. "
            "Remove the attribute that cannot be copied from the module."
        ) from error
    return duplicate.eval()


def _tensors(model: nn.Module) -> Iterator[Tensor]:
    yield from model.parameters()
    yield from model.buffers()
    for module in model.modules():
        yield from (value for value in vars(module).values() if isinstance(value, Tensor))
