"""Gradient flow: the norm of each layer's gradient, and its ratio to the weights, along training."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import nn

from bench.measurements.signals.probe import Probe, by_depth, calls, keep_earlier, weighted_layers
from bench.measurements.subject import Subject
from bench.records import GRADIENT_COLUMNS
from bench.store import TrialStore


def start(subject: Subject) -> GradientFlow:
    """Measure on the trial's probe: the same images every time."""
    return GradientFlow(subject.training.model, Probe.of(subject), subject.store)


@dataclass
class GradientFlow:
    """Adds rows to gradient_flow.csv after each epoch."""

    model: nn.Module
    probe: Probe
    store: TrialStore

    def __call__(self, epochs: int) -> None:
        """Measure after `epochs` completed epochs; the network is left as it was."""
        model = self.probe.copy(self.model)
        with calls(model) as called:
            F.cross_entropy(self.probe.logits(model), self.probe.labels).backward()
        layers = by_depth(weighted_layers(model), called)
        rows = keep_earlier(self.store.read_table("gradient_flow"), "epoch", epochs)
        for depth, (name, weight) in enumerate(layers.items(), start=1):
            gradient_norm = _norm(weight)
            weight_norm = weight.detach().norm().item()
            ratio = gradient_norm / weight_norm if weight_norm and gradient_norm is not None else None
            values = (epochs, depth, name, gradient_norm, weight_norm, ratio)
            rows.append(dict(zip(GRADIENT_COLUMNS, values, strict=True)))
        self.store.write_table("gradient_flow", GRADIENT_COLUMNS, rows)


def _norm(weight: nn.Parameter) -> float | None:
    """Of its gradient; a frozen weight has none, and one that the loss does not depend on has one of zero."""
    if weight.grad is not None:
        return float(weight.grad.norm())
    return 0.0 if weight.requires_grad else None
