"""Copies of networks, also of those that `copy.deepcopy` refuses."""

from __future__ import annotations

from copy import deepcopy

from torch import Tensor, nn


def copy_of(model: nn.Module) -> nn.Module:
    """The same network with weights of its own.

    A tensor that a module keeps as an attribute may be the result of a computation on others, as in torch's
    older `weight_norm`, and cannot be copied by itself. The copy has its value, until it is computed anew.
    """
    kept = (value for module in model.modules() for value in vars(module).values())
    computed = [value for value in kept if isinstance(value, Tensor) and not value.is_leaf]
    return deepcopy(model, {id(value): value.detach().clone() for value in computed})
