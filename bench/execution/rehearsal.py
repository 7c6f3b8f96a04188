"""What a few steps of a network say about its trials; from the worker to whoever plans."""

from __future__ import annotations

from bench.spec.model import Model, Positive


class Rehearsal(Model):
    """A few training steps and evaluations of one network on the device, on images of noise."""

    device: str
    """Name and precision."""
    batch_size: Positive
    """Of the timed training steps; less than the recipe's where its steps take too long to wait for."""
    steps: Positive
    """How many training steps were timed."""
    step_seconds: tuple[float, float]
    """Lower and upper quartile, batches included."""
    evaluation_seconds: tuple[float, float]
    """Per image, lower and upper quartile."""
    weight_bytes: int
    """Parameters and buffers."""
    gradient_bytes: int
    """Of all trained parameters."""
    optimizer_bytes: int
    """What the optimiser keeps from step to step."""
    saved_bytes: int
    """Tensors that the forward pass keeps for the backward pass, at `batch_size`, and the batch itself."""
    allocator_bytes: int | None
    """Peak of the device's allocator at `batch_size`; None on a CPU."""
    epochs_done: tuple[int, ...]
    """Epochs in the checkpoint of each trial that was asked about."""
