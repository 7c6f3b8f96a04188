"""The suite's own decoded images as the datasets that the peers read: one PIL image an item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch.utils.data import Dataset as TorchDataset

from bench.data import load
from bench.data.source import Images, Labels
from peers.setting import Setting

MEAN = DEVIATION = (0.5, 0.5, 0.5)
"""Of each channel, as the transforms want them: images are scaled to [-1, 1]."""


class PILImages(TorchDataset[tuple[Any, int]]):
    """What `torchvision.datasets.CIFAR10` does: decoded images in memory, each made a PIL image on demand.

    In the peers' favour: nothing is decoded from JPEG or PNG, which class folders would cost them.
    """

    def __init__(self, images: Images, labels: Labels) -> None:
        # A plain array, as that class has: indexing a memory map costs a multiple of it.
        self.images, self.labels = np.array(images), labels
        self.transform: Callable[[Image.Image], Any] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        image = Image.fromarray(self.images[index])
        return (self.transform(image) if self.transform else image), int(self.labels[index])


def datasets(setting: Setting) -> tuple[PILImages, PILImages]:
    """Training and test images."""
    arrays = load(setting.data(), data_root=Path(setting.data_root) if setting.data_root else None)
    return (
        PILImages(arrays.train_images, arrays.train_labels),
        PILImages(arrays.test_images, arrays.test_labels),
    )
