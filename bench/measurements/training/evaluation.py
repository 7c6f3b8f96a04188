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
from bench.measurements.parallel import ALONE, Replicas

PIXELS_PER_BATCH = {"cpu": 1 << 18, "cuda": 1 << 24, "mps": 1 << 22}
"""H x W x N of the largest batch. On a CPU, batches of 64 to 1000 small images differ by 3 %, so none are
tried, and two runs of a trial print the same digits. An accelerator may want thousands to be busy."""

MOST_IMAGES = 4096

SMALLER_BY = (1, 2, 4, 8)
"""Batches tried on an accelerator, as fractions of the largest."""

ROUNDS = 3


@dataclass(frozen=True)
class Evaluation:
    """What a network says about a set."""

    loss: float
    """Mean cross-entropy in nats."""
    accuracy: float
    """Top-1, as a fraction."""


def evaluate(  # noqa: PLR0913, PLR0917 - those of `outputs`, and with whom
    model: nn.Module,
    images: ImageSet,
    pipeline: Pipeline,
    device: Device,
    batch_size: int | None = None,
    replicas: Replicas = ALONE,
) -> Evaluation:
    """Run the network over the set once, as `outputs` does, and keep two numbers.

    Each of several processes runs it over its share; they all get the numbers of the whole set.
    """
    own = images.part(*replicas.share.bounds(len(images))) if replicas.several else images
    loss = torch.zeros((), device=device.handle)
    correct = torch.zeros((), device=device.handle, dtype=torch.int64)
    for logits, labels in outputs(model, own, pipeline, device, batch_size):
        # Sums stay on the device: reading them here would make every batch wait for the device.
        loss += F.cross_entropy(logits, labels, reduction="sum")
        correct += (logits.argmax(1) == labels).sum()
    replicas.add_up(loss, correct)
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
    if not len(images):
        return  # the share of a process in a tiny set
    for inputs, labels in in_order(images, batch_size or largest(pipeline, device), pipeline):
        with device.autocast():
            logits = model(inputs)
        yield logits.float(), labels


def largest(pipeline: Pipeline, device: Device) -> int:
    """The largest batch that is worth trying, by the size of the images and the kind of device."""
    return max(1, min(MOST_IMAGES, PIXELS_PER_BATCH[device.handle.type] // pipeline.image_size**2))


def fastest(model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device) -> dict[int, float]:
    """Seconds per image of a few batch sizes, the fastest first: the best of some rounds of each.

    Smaller batches come first; where one does not fit into the device's memory, no larger one is tried.
    """
    seconds: dict[int, float] = {}
    sizes = {max(1, largest(pipeline, device) // divisor) for divisor in SMALLER_BY}
    for batch_size in sorted(sizes):
        few = images.first(batch_size)
        try:
            times = [_seconds(model, few, pipeline, device, batch_size) for _ in range(ROUNDS)]
        except torch.OutOfMemoryError:
            if not seconds:
                raise
            break
        seconds[batch_size] = min(times) / len(few)
    return dict(sorted(seconds.items(), key=lambda entry: entry[1]))


def _seconds(
    model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device, batch_size: int
) -> float:
    started = time.perf_counter()
    evaluate(model, images, pipeline, device, batch_size)  # ends by reading its result from the device
    return time.perf_counter() - started
