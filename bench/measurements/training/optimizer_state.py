"""The moments of a checkpoint, given to the parameters that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from bench.errors import DataError
from bench.measurements.training.parameter_groups import parameter_groups
from bench.plan import Trial
from bench.spec import Optimizer


def moments_for(model: nn.Module, spec: Optimizer, state: Mapping[str, Any], path: Path) -> dict[int, Any]:
    """Moments by their place among the groups that `spec` makes of the network's parameters.

    An optimiser numbers parameters group by group, and what is grouped with what follows from its settings:
    under another weight decay, the moments of one parameter would stand where another's are looked for.

    Args:
        model: The network, of the same layers as the one that was trained.
        spec: The optimiser that goes on.
        state: The checkpoint of a training by an optimiser of the same name.
        path: Where it was read, for messages.

    Raises:
        DataError: More or fewer parameters were trained.
    """
    then = _places(model, Trial.model_validate(state["trial"]).recipe.optimizer)
    now = _places(model, spec)
    trained = sum(len(group["params"]) for group in state["optimizer"]["param_groups"])
    if trained != len(then):
        raise DataError(
            f"{path}: {trained} parameters were trained, {len(then)} are to be; keep what is frozen, or the "
            'weights alone (init_from.keep = "weights")'
        )
    moments = state["optimizer"]["state"]
    return {now[one]: laid_out_as(one, moments[place]) for one, place in then.items() if place in moments}


def laid_out_as(parameter: nn.Parameter, moments: Mapping[str, Any]) -> dict[str, Any]:
    """Moments in the order of memory that the parameter has.

    Torch's fused optimisers on a CPU go through both by that order alone: those of a training with another
    `memory_format` would be given to other weights.
    """
    return {
        name: torch.empty_like(parameter, dtype=value.dtype, device=value.device).copy_(value)
        if isinstance(value, torch.Tensor) and value.shape == parameter.shape
        else value
        for name, value in moments.items()
    }


def _places(model: nn.Module, spec: Optimizer) -> dict[nn.Parameter, int]:
    """Each trained parameter's number in the optimiser."""
    groups: list[dict[str, Any]] = parameter_groups(model, spec)
    return {one: place for place, one in enumerate(one for group in groups for one in group["params"])}
