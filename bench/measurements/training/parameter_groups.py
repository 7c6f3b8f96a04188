"""Which parameters are trained alike: groups that differ in learning rate, weight decay or kind of step."""

from __future__ import annotations

from typing import NamedTuple

from torch import nn

from architectures.heads import head_of
from bench.spec import Muon, Optimizer

NORMS = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)  # noqa: SLF001 - the base of batch norms
FILTERS = (nn.modules.conv._ConvNd, nn.Linear)  # noqa: SLF001 - the base of all convolutions


class Treatment(NamedTuple):
    """What distinguishes a group."""

    orthogonal: bool
    """Whether its updates are orthogonalised (Muon's filters)."""
    lr_scale: float
    """Learning rate relative to the recipe's."""
    weight_decay: float


def parameter_groups(model: nn.Module, spec: Optimizer) -> list[dict[str, object]]:
    """Sort the trained parameters of a network into groups, in the order of their first parameters.

    An optimiser that treats all alike gets one group with all parameters in the network's order.

    Args:
        model: The network; frozen parameters are left out.
        spec: The optimiser's settings.

    Returns:
        `params`, `weight_decay`, `lr_scale` and `orthogonal` for each group.
    """
    modules = list(model.modules())
    norm_biases = {id(module.bias) for module in modules if isinstance(module, NORMS)}
    norms = of_norms(model)
    filters = {id(module.weight) for module in modules if isinstance(module, FILTERS)}
    head = head_of(model)
    filters -= {id(parameter) for parameter in head.parameters()} if head is not None else set()
    groups: dict[Treatment, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        scale = spec.norm_bias_lr_scale if id(parameter) in norm_biases else 1.0
        small = parameter.ndim < 2 or name.endswith("bias") or id(parameter) in norms
        decay = 0.0 if small and not spec.decay_norm_and_bias else spec.weight_decay / scale
        treatment = Treatment(False, scale, decay)
        if isinstance(spec, Muon):
            orthogonal = id(parameter) in filters
            rest = Treatment(False, scale * spec.rest_lr / spec.lr, decay)
            treatment = Treatment(True, 1.0, 0.0) if orthogonal else rest
        groups.setdefault(treatment, []).append(parameter)
    return [{"params": parameters, **treatment._asdict()} for treatment, parameters in groups.items()]


def of_norms(model: nn.Module) -> set[int]:
    """`id` of each scale and bias of a normalisation, whatever the number of its dimensions."""
    norms = (module for module in model.modules() if isinstance(module, NORMS))
    return {id(parameter) for module in norms for parameter in module.parameters(recurse=False)}
