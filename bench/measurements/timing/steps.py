"""One training step or one forward pass on random images, as a function to be timed or profiled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import nn

from bench.measurements.device import Device
from bench.measurements.training.optimisation import make_optimizer, set_learning_rate
from bench.spec import Recipe

Step = Callable[[], None]
Mode = Literal["train", "inference"]


@dataclass
class Inputs:
    """Random images for one step after another, also for a network that normalises them in place.

    Such a one would be given its own results again and again, until they are not numbers.
    """

    images: torch.Tensor
    unchanged: int = 0

    def __post_init__(self) -> None:
        """Note the state in which they are whole."""
        self.unchanged = self.images._version  # noqa: SLF001

    def whole(self) -> torch.Tensor:
        """The images; drawn anew, in their memory, if a step has changed them."""
        if self.images._version != self.unchanged:  # noqa: SLF001
            self.images.uniform_()
            self.unchanged = self.images._version  # noqa: SLF001
        return self.images


@dataclass(frozen=True)
class Workload:
    """What a step computes; training steps leave the weights where they are."""

    model: nn.Module
    recipe: Recipe
    device: Device
    shape: tuple[int, int, int]
    """C, H, W of the input."""
    classes: int

    def step(self, mode: Mode, batch_size: int) -> Step:
        """Make the function; its inputs are drawn once, its optimiser starts afresh."""
        images = torch.rand(batch_size, *self.shape, device=self.device.handle)
        inputs = Inputs(images.contiguous(memory_format=self.device.memory_format))
        if mode == "inference":
            return self._inference(inputs)
        return self._training(inputs, torch.randint(self.classes, (batch_size,), device=self.device.handle))

    def _inference(self, inputs: Inputs) -> Step:
        self.model.eval()

        def infer() -> None:
            with torch.inference_mode(), self.device.autocast():
                self.model(inputs.whole())

        return infer

    def _training(self, inputs: Inputs, labels: torch.Tensor) -> Step:
        parts = self.training_parts()

        def train() -> None:
            parts.backward(parts.forward(inputs.whole(), labels))
            parts.update()

        return train

    def training_parts(self) -> TrainingParts:
        """The phases of a training step one by one, with an optimiser that starts afresh."""
        self.model.train()
        return TrainingParts(self, standing_optimizer(self.model, self.recipe, self.device.handle))


def standing_optimizer(model: nn.Module, recipe: Recipe, device: torch.device) -> torch.optim.Optimizer:
    """The recipe's optimiser at a rate of zero: all of its arithmetic, and no step.

    Steps are timed on the same few images again and again. Weights that moved would fit them, until gradients
    are denormal numbers, with which a CPU computes many times slower than with those of any real training.
    """
    optimizer = make_optimizer(model, recipe, device)
    set_learning_rate(optimizer, 0.0)
    return optimizer


@dataclass(frozen=True)
class TrainingParts:
    """The phases of a training step; called one after the other they are one step."""

    workload: Workload
    optimizer: torch.optim.Optimizer

    def forward(self, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The mean loss of images (N, C, H, W) and labels (N)."""
        self.workload.device.begin_step()
        with self.workload.device.autocast():
            logits = self.workload.model(inputs)
        return F.cross_entropy(logits.float(), labels)

    def backward(self, loss: torch.Tensor) -> None:
        """Gradients of all weights."""
        loss.backward()

    def update(self) -> None:
        """Let the optimiser take its step, and forget the gradients."""
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)


def seconds_of(step: Step, count: int, device: Device) -> float:
    """Seconds for `count` steps, between two synchronisations."""
    device.synchronize()
    started = time.perf_counter()
    for _ in range(count):
        step()
    device.synchronize()
    return time.perf_counter() - started
