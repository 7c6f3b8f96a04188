"""The loss and the accuracy of an epoch while it goes on."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from bench.measurements.parallel import Replicas

SECONDS_BETWEEN_REPORTS = 0.5
"""Reading the running loss waits for the device, so it is done rarely."""


class DivergedError(Exception):
    """The loss is no longer a finite number; the message names the epoch."""


class Running:
    """Sums over the images seen in an epoch, kept on the device: reading them would make a step wait for it.

    Args:
        epoch: From 1, for messages.
        device: Where losses are computed.
    """

    def __init__(self, epoch: int, device: torch.device) -> None:
        self._epoch = epoch
        self._loss = torch.zeros((), device=device)
        self._correct = torch.zeros((), device=device, dtype=torch.int64)
        self._images = 0
        self._reported = time.perf_counter()

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Take in a batch of this process: its mean loss, its logits (N, classes) and its labels (N)."""
        self._loss += loss * len(labels)
        self._correct += (logits.argmax(1) == labels).sum()
        self._images += len(labels)

    @property
    def due(self) -> bool:
        """Whether the last report is long enough ago."""
        return time.perf_counter() - self._reported > SECONDS_BETWEEN_REPORTS

    def so_far(self) -> dict[str, float]:
        """Mean loss in nats and accuracy over what this process has seen.

        Raises:
            DivergedError: The loss is no number any more. Nothing mends it, and the epoch may be long.
        """
        self._reported = time.perf_counter()
        loss = self._loss.item() / self._images
        refuse_divergence("training", loss, self._epoch)
        return {"loss": loss, "accuracy": self._correct.item() / self._images}

    def of_all(self, replicas: Replicas, images: int) -> tuple[float, float]:
        """Mean loss in nats and accuracy over the images that all processes have seen together."""
        replicas.add_up(self._loss, self._correct)
        return self._loss.item() / images, self._correct.item() / images


def refuse_divergence(kind: str, loss: float, epoch: int) -> None:
    """Stop where the weights are lost; after the last update of an epoch only an evaluation shows it.

    Raises:
        DivergedError: The loss is infinite or no number.
    """
    if not math.isfinite(loss):
        raise DivergedError(f"{kind} loss is {loss} in epoch {epoch}")
