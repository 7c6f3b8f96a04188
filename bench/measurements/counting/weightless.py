"""Copies of a network that own no memory for weights, so that counting touches neither memory nor caller."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from bench.measurements.counting.layers import CountingError


def build_weightless(construct: Callable[[], nn.Module]) -> nn.Module:
    """Call a constructor so that the weights it makes own no memory.

    Layers allocate their weights by `torch.empty` and fill them afterwards; that function alone answers
    with tensors on the meta device here, so that constructors may still compute with small tensors.

    Raises:
        Exception: Whatever the constructor raises.
    """
    with _EmptyOnMeta():
        return construct()


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


class _EmptyOnMeta(TorchFunctionMode):
    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Send `torch.empty` to the meta device, whatever device it asks for."""
        options = kwargs or {}
        return func(*args, **(options | {"device": "meta"} if func is torch.empty else options))


def _copy(model: nn.Module, replace: Callable[[Tensor], Tensor]) -> nn.Module:
    model = getattr(model, "_orig_mod", model)  # what torch.compile wraps
    # deepcopy takes whatever its memo holds for an object instead of copying it, so that
    # not even one weight is allocated a second time.
    memo: dict[int, object] = {}
    for tensor in _tensors(model):
        if nn.parameter.is_lazy(tensor):
            raise CountingError(
                f"{type(model).__name__} has lazy layers, whose weights have no shape yet. "
                "Pass an image through it first."
            )
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
