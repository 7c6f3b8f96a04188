"""Gradient flow: the norm of each layer's gradient, and its ratio to the weights, along training."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from bench.measurements.device import Device
from bench.measurements.subject import Subject
from bench.store import TrialStore

GRADIENT_COLUMNS = ("epoch", "depth", "layer", "gradient_norm", "weight_norm", "ratio")
"""Columns of gradient_flow.csv: epoch 0 is initialisation; depth counts layers from the input."""

IMAGES = 256
"""Images of the one fixed batch on which gradients are taken."""


def start(subject: Subject) -> GradientFlow:
    """Take the first training images as the batch on which all gradients of a trial are taken."""
    training = subject.training
    inputs = training.pipeline(training.train.images[:IMAGES])
    return GradientFlow(training.model, inputs, training.train.labels[:IMAGES], subject.device, subject.store)


@dataclass
class GradientFlow:
    """Adds rows to gradient_flow.csv after each epoch, on the same unaugmented training images every time."""

    model: nn.Module
    inputs: Tensor
    """(N, C, H, W)."""
    labels: Tensor
    """(N)."""
    device: Device
    store: TrialStore

    def __call__(self, epochs: int) -> None:
        """Measure after `epochs` completed epochs; the network is left as it was.

        A copy is measured, since a forward pass in training mode moves the running statistics of
        batch norm, and draws from the random numbers of dropout.
        """
        model = deepcopy(self.model)
        model.train()
        for module in model.modules():
            if isinstance(module, nn.modules.dropout._DropoutNd):  # noqa: SLF001 - the base of all dropouts
                module.eval()
        with self.device.autocast():
            logits = model(self.inputs)
        F.cross_entropy(logits.float(), self.labels).backward()
        weighted = [(name, module.weight) for name, module in model.named_modules() if _has_weights(module)]
        # An epoch that was interrupted before its checkpoint is measured again: its first rows are dropped.
        earlier = self.store.read_table("gradient_flow")
        rows: list[dict[str, object]] = [{**row} for row in earlier if int(row["epoch"]) < epochs]
        for depth, (name, weight) in enumerate(weighted, start=1):
            gradient_norm = 0.0 if weight.grad is None else weight.grad.norm().item()
            weight_norm = weight.detach().norm().item()
            ratio = gradient_norm / weight_norm if weight_norm else None
            values = (epochs, depth, name, gradient_norm, weight_norm, ratio)
            rows.append(dict(zip(GRADIENT_COLUMNS, values, strict=True)))
        self.store.write_table("gradient_flow", GRADIENT_COLUMNS, rows)


def _has_weights(module: nn.Module) -> bool:
    """Convolutions and linear layers, whose weight is a matrix or more."""
    weight = getattr(module, "weight", None)
    return isinstance(weight, nn.Parameter) and weight.ndim > 1
