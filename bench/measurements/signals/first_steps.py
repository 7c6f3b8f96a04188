"""The gradient signal of the first steps: how large it is, where, and whether batches agree."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from bench.measurements.signals.probe import Probe, keep_earlier, weighted_layers
from bench.measurements.subject import Subject
from bench.measurements.training.loop import Training
from bench.records import FIRST_STEPS_COLUMNS
from bench.store import TrialStore

STEPS = 100


def start(subject: Subject) -> FirstSteps:
    """Watch the training steps themselves."""
    layers = Probe.of(subject).depths(subject.training.model)
    watcher = FirstSteps(subject.training, subject.store, layers)
    subject.training.after_backward.append(watcher.after_backward)
    return watcher


@dataclass
class FirstSteps:
    """Keeps numbers on the device, and writes them when an epoch has ended."""

    training: Training
    store: TrialStore
    layers: list[str]
    """By depth."""
    rows: list[Tensor] = field(default_factory=list)
    previous: Tensor | None = None

    def __call__(self, epochs: int) -> None:
        """Write what was seen in the epoch that has ended."""
        if self.rows:
            first = (epochs - 1) * self.training.steps_per_epoch + 1
            rows = keep_earlier(self.store.read_table("first_steps"), "step", first)
            for step, numbers in enumerate(torch.stack(self.rows).tolist(), start=first):
                # Not a number: no step before this one to agree with.
                cells = [None if value != value else value for value in numbers]  # noqa: PLR0124
                rows.append(dict(zip(FIRST_STEPS_COLUMNS, (step, *cells), strict=True)))
            self.store.write_table("first_steps", FIRST_STEPS_COLUMNS, rows)
        self.rows, self.previous = [], None

    def after_backward(self, loss: Tensor) -> None:
        """Note one step; nothing here waits for the device."""
        before = len(self.training.history) * self.training.steps_per_epoch
        if before + len(self.rows) >= STEPS:
            self.previous = None
            return
        weights = weighted_layers(self.training.model)
        found = (weights[name].grad for name in self.layers)
        gradients = [gradient.flatten().float() for gradient in found if gradient is not None]
        if not gradients:
            return  # neither a convolution nor a linear layer is trained
        gradient = torch.cat(gradients)
        norm = gradient.norm()
        agreement = torch.full_like(norm, torch.nan)
        if self.previous is not None:
            agreement = gradient @ self.previous / (norm * self.previous.norm())
        numbers = (loss.detach().float(), norm, gradients[0].norm(), gradients[-1].norm(), agreement)
        self.rows.append(torch.stack(numbers))
        self.previous = gradient
