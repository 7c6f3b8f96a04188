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
from bench.measurements.optimisation import make_optimizer
from bench.spec import Recipe

Step = Callable[[], None]
Mode = Literal["train", "inference"]


@dataclass(frozen=True)
class Workload:
    """What a step computes; training steps change the model's weights."""

    model: nn.Module
    recipe: Recipe
    device: Device
    shape: tuple[int, int, int]
    """C, H, W of the input."""
    classes: int

    def step(self, mode: Mode, batch_size: int) -> Step:
        """Make the function; its inputs are drawn once, its optimiser starts afresh."""
        inputs = torch.rand(batch_size, *self.shape, device=self.device.handle)
        inputs = inputs.contiguous(memory_format=self.device.memory_format)
        if mode == "inference":
            return self._inference(inputs)
        return self._training(inputs, torch.randint(self.classes, (batch_size,), device=self.device.handle))

    def _inference(self, inputs: torch.Tensor) -> Step:
        self.model.eval()

        def infer() -> None:
            with torch.inference_mode(), self.device.autocast():
                self.model(inputs)

        return infer

    def _training(self, inputs: torch.Tensor, labels: torch.Tensor) -> Step:
        self.model.train()
        optimizer = make_optimizer(self.model, self.recipe, self.device.handle)

        def train() -> None:
            with self.device.autocast():
                logits = self.model(inputs)
            loss = F.cross_entropy(logits.float(), labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

        return train


def seconds_of(step: Step, count: int, device: Device) -> float:
    """Seconds for `count` steps, between two synchronisations."""
    device.synchronize()
    started = time.perf_counter()
    for _ in range(count):
        step()
    device.synchronize()
    return time.perf_counter() - started
