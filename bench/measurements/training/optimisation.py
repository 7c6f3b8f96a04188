"""The optimiser, and the learning rate as a function of the step and of the epochs so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from bench.measurements.device import native_bfloat16
from bench.measurements.training import muon
from bench.measurements.training.adam import Adam
from bench.measurements.training.parameter_groups import parameter_groups
from bench.records import EpochFacts
from bench.spec import SGD, Constant, Cosine, Muon, OneCycle, Plateau, Recipe, Step


def make_optimizer(model: nn.Module, recipe: Recipe, device: torch.device) -> torch.optim.Optimizer:
    """The recipe's optimiser over the network's trained parameters, fused where torch has such a form."""
    spec = recipe.optimizer
    groups: list[dict[str, Any]] = parameter_groups(model, spec)
    for group in groups:
        group["lr"] = spec.lr * group["lr_scale"]
    if isinstance(spec, Muon):
        for group in groups:
            group["momentum"] = spec.momentum if group["orthogonal"] else spec.rest_momentum
        half = native_bfloat16(device)  # emulated, it would be slower
        return muon.Muon(groups, spec.newton_schulz_steps, torch.bfloat16 if half else None)
    fused = device.type in ("cpu", "cuda") and _can_be_fused(model)
    if isinstance(spec, SGD):
        return torch.optim.SGD(
            groups, lr=spec.lr, momentum=spec.momentum, nesterov=spec.nesterov, fused=fused
        )
    decoupled = spec.name == "adamw"
    return Adam(
        groups, lr=spec.lr, betas=spec.betas, eps=spec.eps, fused=fused, decoupled_weight_decay=decoupled
    )


def _can_be_fused(model: nn.Module) -> bool:
    """Torch's fused forms know neither complex weights nor sparse gradients, which embeddings can have."""
    sparse = any(getattr(module, "sparse", False) is True for module in model.modules())
    return not sparse and all(weight.is_floating_point() for weight in model.parameters())


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give every group its share of the recipe's rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["lr_scale"]


def learning_rate(recipe: Recipe, epochs_done: float, history: Sequence[EpochFacts]) -> float:
    """The learning rate of the next step.

    Args:
        recipe: Gives the peak rate and the schedule.
        epochs_done: Epochs completed so far, with the fraction of the current one.
        history: The completed epochs, from which the plateau schedule decides. Since nothing else is
            remembered, an interrupted training continues as if it had never stopped.
    """
    return recipe.optimizer.lr * _factor(recipe, epochs_done, history)


def _factor(recipe: Recipe, epochs_done: float, history: Sequence[EpochFacts]) -> float:  # noqa: PLR0911 - one a schedule
    schedule = recipe.schedule
    progress = epochs_done / recipe.epochs
    match schedule:
        case Constant():
            return 1.0
        case Step():
            decayed = schedule.gamma ** sum(epochs_done >= milestone for milestone in schedule.milestones)
            return decayed * _warmup(epochs_done, schedule.warmup_epochs)
        case Cosine():
            if epochs_done < schedule.warmup_epochs:
                return _warmup(epochs_done, schedule.warmup_epochs)
            annealed = (epochs_done - schedule.warmup_epochs) / max(
                recipe.epochs - schedule.warmup_epochs, 1e-9
            )
            floor = schedule.min_lr / recipe.optimizer.lr
            return floor + (1 - floor) * (1 + math.cos(math.pi * min(annealed, 1))) / 2
        case OneCycle():
            if progress < schedule.peak:
                return schedule.start + (1 - schedule.start) * progress / schedule.peak
            return 1 + (schedule.end - 1) * (progress - schedule.peak) / (1 - schedule.peak)
        case Plateau():
            return _plateau(schedule, recipe.optimizer.lr, history)


def _warmup(epochs_done: float, warmup_epochs: float) -> float:
    """Up linearly from nearly zero to 1, and 1 from then on."""
    return min(1.0, (epochs_done + 1e-2) / (warmup_epochs + 1e-2))


def _plateau(schedule: Plateau, peak: float, history: Sequence[EpochFacts]) -> float:
    """Replay torch's ReduceLROnPlateau (mode "max", threshold 0) over the completed epochs."""
    factor, best, waited = 1.0, -math.inf, 0
    for epoch in history:
        accuracy = epoch.train_accuracy if epoch.validation_accuracy is None else epoch.validation_accuracy
        best, waited = (accuracy, 0) if accuracy > best else (best, waited + 1)
        if waited > schedule.patience:
            factor, waited = max(factor * schedule.factor, schedule.min_lr / peak), 0
    return factor
