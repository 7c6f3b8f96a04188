"""Loss and accuracy on a whole set of images."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.data.batches import ImageSet, Pipeline, in_order
from bench.measurements.device import Device

PIXELS_PER_BATCH = 1 << 20
"""Input elements per batch, H x W x N: large enough to keep a device busy, small enough for any memory."""


@dataclass(frozen=True)
class Evaluation:
    """What a network says about a set."""

    loss: float
    """Mean cross-entropy in nats."""
    accuracy: float
    """Top-1, as a fraction."""
    predictions: Tensor
    """(N) predicted labels, on the CPU."""


@torch.inference_mode()
def evaluate(model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device) -> Evaluation:
    """Run the network over the set once, unaugmented, in evaluation mode."""
    model.eval()
    batch_size = max(1, min(1000, PIXELS_PER_BATCH // pipeline.image_size**2))
    loss = torch.zeros((), device=device.handle)
    predictions = []
    for inputs, labels in in_order(images, batch_size, pipeline):
        with device.autocast():
            logits = model(inputs)
        loss += F.cross_entropy(logits.float(), labels, reduction="sum")
        predictions.append(logits.argmax(1))
    predicted = torch.cat(predictions)
    accuracy = (predicted == images.labels).float().mean().item()
    return Evaluation(loss.item() / len(images), accuracy, predicted.cpu())
