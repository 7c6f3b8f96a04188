"""Networks that do to one of two processes what a cluster does."""

from __future__ import annotations

import os
import signal

from torch import nn


class Small(nn.Module):
    """A linear classifier of what one convolution sees."""

    def __init__(self, num_classes, in_channels, image_size):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(in_channels, 4, 3, 2), nn.ReLU(), nn.Flatten())
        self.head = nn.Linear(4 * ((image_size - 1) // 2) ** 2, num_classes)
        self.steps = 0

    def forward(self, images):
        self.steps += self.training and self.body[0].weight.device.type != "meta"
        return self.head(self.body(images))


class Killed(Small):
    """In the fifth step of its first life, the process of rank 1 is killed, as for want of memory."""

    def forward(self, images):
        first_life = os.environ.get("TORCHELASTIC_RESTART_COUNT") == "0"
        if self.steps == 5 and first_life and os.environ.get("RANK") == "1":
            os.kill(os.getppid(), signal.SIGKILL)  # the driver; its worker, which is here, ends with it
        return super().forward(images)


class Raises(Small):
    """Fails on rank 1 alone, in its second step."""

    def forward(self, images):
        if self.steps == 2 and os.environ.get("RANK") == "1":
            raise ValueError("only here")
        return super().forward(images)


def small(num_classes=10, in_channels=1, image_size=8):
    """Trains well."""
    return Small(num_classes, in_channels, image_size)


def killed(num_classes=10, in_channels=1, image_size=8):
    """Is killed once."""
    return Killed(num_classes, in_channels, image_size)


def raises(num_classes=10, in_channels=1, image_size=8):
    """Always fails."""
    return Raises(num_classes, in_channels, image_size)
