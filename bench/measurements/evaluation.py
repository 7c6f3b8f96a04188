"""Loss and accuracy on a whole set of images."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.data.batches import ImageSet, Pipeline, in_order
from bench.measurements.device import Device

PIXELS_PER_BATCH = 1 << 20
"""H x W x N of the largest batch tried: enough to keep a device busy, little enough for any memory."""

SMALLER_BY = (1, 2, 4, 8)
"""Batches tried, as fractions of the largest: a CPU may like those best that stay within its caches."""

ROUNDS = 3

LONGEST_TRIAL = 1.0
"""Seconds; smaller batches come first, and where one takes longer there is little to gain by another."""


@dataclass(frozen=True)
class Evaluation:
    """What a network says about a set."""

    loss: float
    """Mean cross-entropy in nats."""
    accuracy: float
    """Top-1, as a fraction."""


def evaluate(
    model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device, batch_size: int | None = None
) -> Evaluation:
    """Run the network over the set once, as `outputs` does, and keep two numbers."""
    loss = torch.zeros((), device=device.handle)
    correct = torch.zeros((), device=device.handle, dtype=torch.int64)
    for logits, labels in outputs(model, images, pipeline, device, batch_size):
        # Sums stay on the device: reading them here would make every batch wait for the device.
        loss += F.cross_entropy(logits, labels, reduction="sum")
        correct += (logits.argmax(1) == labels).sum()
    return Evaluation(loss.item() / len(images), correct.item() / len(images))


@torch.inference_mode()
def outputs(
    model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device, batch_size: int | None = None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Run the network over the set once, unaugmented, in evaluation mode.

    Args:
        model: The network.
        images: The set.
        pipeline: From images to inputs.
        device: Where the network is.
        batch_size: Images per forward pass. Default: as many as never hurt.

    Yields:
        Logits (N, classes) in float32 and labels (N), batch by batch, in the order of the set.
    """
    model.eval()
    for inputs, labels in in_order(images, batch_size or largest(pipeline), pipeline):
        with device.autocast():
            logits = model(inputs)
        yield logits.float(), labels


def largest(pipeline: Pipeline) -> int:
    """The largest batch that is tried, by the size of the images."""
    return max(1, min(1000, PIXELS_PER_BATCH // pipeline.image_size**2))


def fastest(model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device) -> dict[int, float]:
    """Seconds per image of a few batch sizes, the fastest first: the best of some rounds of each."""
    seconds: dict[int, float] = {}
    for divisor in reversed(SMALLER_BY):
        batch_size = max(1, largest(pipeline) // divisor)
        few = images.first(batch_size)
        times = [_seconds(model, few, pipeline, device, batch_size) for _ in range(ROUNDS)]
        seconds[batch_size] = min(times) / len(few)
        if sum(times) > LONGEST_TRIAL:
            break
    return dict(sorted(seconds.items(), key=lambda entry: entry[1]))


def _seconds(
    model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device, batch_size: int
) -> float:
    started = time.perf_counter()
    evaluate(model, images, pipeline, device, batch_size)  # ends by reading its result from the device
    return time.perf_counter() - started
