"""What a trained network says about every image of a set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.data.batches import ImageSet, Pipeline
from bench.measurements.device import Device
from bench.measurements.training.evaluation import outputs

FEWEST_CLASSES_FOR_TOP5 = 11
"""With ten classes or fewer, half of all guesses would be right."""


@dataclass(frozen=True)
class Predictions:
    """One entry an image, in the order of the set, on the CPU."""

    labels: NDArray[np.int64]
    """(N) true classes."""
    predicted: NDArray[np.int64]
    """(N) most likely classes."""
    confidence: NDArray[np.float64]
    """(N) softmax probability of the predicted class."""
    loss: float
    """Mean cross-entropy in nats."""
    top5_accuracy: float | None
    """As a fraction; None with ten classes or fewer."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N) whether the most likely class is the true one."""
        return np.equal(self.labels, self.predicted)


def predict(
    model: nn.Module, images: ImageSet, pipeline: Pipeline, device: Device, batch_size: int | None = None
) -> Predictions:
    """Run the network over the set once, unaugmented, in evaluation mode; logits are not kept."""
    parts: list[tuple[Tensor, ...]] = []
    loss = torch.zeros((), device=device.handle)
    for logits, labels in outputs(model, images, pipeline, device, batch_size):
        loss += F.cross_entropy(logits, labels, reduction="sum")
        predicted = logits.argmax(1)  # of the logits: rounding could make two probabilities equal
        confidence = logits.softmax(1).gather(1, predicted[:, None]).squeeze(1)
        top5 = logits.topk(min(5, logits.shape[1])).indices
        parts.append((labels, predicted, confidence, (top5 == labels[:, None]).any(1)))
    true, predicted, confidence, within = (torch.cat(part).cpu() for part in zip(*parts, strict=True))
    enough = logits.shape[1] >= FEWEST_CLASSES_FOR_TOP5
    return Predictions(
        labels=true.numpy(),
        predicted=predicted.numpy(),
        confidence=confidence.double().numpy(),
        loss=loss.item() / len(images),
        top5_accuracy=within.double().mean().item() if enough else None,
    )
