"""Batches on the device: index, augment, resize and normalise whole batches of the uint8 arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from bench.data.augment import augment
from bench.spec import Augment, Dataset, Recipe


@dataclass(frozen=True)
class ImageSet:
    """Images (N, H, W, C) in uint8 and labels (N) in int64, on the device."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> ImageSet:
        """The first images of the set, or all where it has fewer."""
        return ImageSet(self.images[:count], self.labels[:count])

    @classmethod
    def of(
        cls, images: np.ndarray, labels: np.ndarray, chosen: np.ndarray | None, device: torch.device
    ) -> ImageSet:
        """Copy the chosen images (all, when None) of memory-mapped arrays to the device."""
        # Indexing copies already; all images of a read-only memory map are copied explicitly.
        parts = [np.array(array) if chosen is None else array[chosen] for array in (images, labels)]
        return cls(*(torch.from_numpy(part).to(device) for part in parts))


@dataclass(frozen=True)
class Pipeline:
    """What happens to images between the cache and the network."""

    channels: int
    image_size: int
    scale: Tensor
    """(C, 1, 1); the network sees `image * scale + shift`, with the image in [0, 1]."""
    shift: Tensor
    """(C, 1, 1)."""
    memory_format: torch.memory_format

    @classmethod
    def fitted(
        cls,
        dataset: Dataset,
        train: ImageSet,
        *,
        channels: int,
        image_size: int,
        memory_format: torch.memory_format,
    ) -> Pipeline:
        """Take the normalisation's constants from the training images."""
        device = train.images.device
        if dataset.normalize == "standard":
            mean, deviation = _moments(train.images, channels)
        else:
            symmetric = dataset.normalize == "symmetric"
            mean = torch.full((channels,), 0.5 if symmetric else 0.0, device=device)
            deviation = torch.full((channels,), 0.5 if symmetric else 1.0, device=device)
        scale = 1 / deviation.clamp_min(1e-6)
        return cls(channels, image_size, scale.view(-1, 1, 1), (-mean * scale).view(-1, 1, 1), memory_format)

    def __call__(
        self, images: Tensor, specs: tuple[Augment, ...] = (), generator: Generator | None = None
    ) -> Tensor:
        """uint8 (N, H, W, C) to float32 (N, C, image_size, image_size), augmented when `specs` are given."""
        x = to_channels(images.permute(0, 3, 1, 2).float().div_(255), self.channels)
        if x.shape[2:] != (self.image_size, self.image_size):
            x = F.interpolate(x, size=(self.image_size, self.image_size), mode="bilinear", antialias=True)
        if specs:
            assert generator is not None
            x = augment(x, specs, generator)
        return torch.addcmul(self.shift, x, self.scale).contiguous(memory_format=self.memory_format)


def to_channels(images: Tensor, channels: int) -> Tensor:
    """Repeat grey images, or average colour ones: (N, C, H, W) to (N, channels, H, W)."""
    if images.shape[1] == channels:
        return images
    return images.expand(-1, channels, -1, -1) if images.shape[1] == 1 else images.mean(1, keepdim=True)


def shuffled(
    images: ImageSet, pipeline: Pipeline, recipe: Recipe, *, seed: int, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch of augmented batches in a random order, (N, C, H, W) and labels (N); the last may be smaller.

    Order and augmentation depend on `seed` and `epoch` alone, so that an epoch can be repeated after
    an interruption, and all architectures see the same images in the same order.
    """
    device = images.images.device
    generator = Generator(device=device)
    generator.manual_seed(derive_seed(seed, "epoch", epoch))
    order = torch.randperm(len(images), generator=generator, device=device)
    for chosen in order.split(recipe.batch_size):
        yield pipeline(images.images[chosen], recipe.augment, generator), images.labels[chosen]


def in_order(images: ImageSet, batch_size: int, pipeline: Pipeline) -> Iterator[tuple[Tensor, Tensor]]:
    """All images once, unaugmented, in order."""
    for start in range(0, len(images), batch_size):
        stop = start + batch_size
        yield pipeline(images.images[start:stop]), images.labels[start:stop]


def derive_seed(*parts: object) -> int:
    """A 63-bit seed that depends on all parts and on nothing else."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big") >> 1


def _moments(images: Tensor, channels: int, chunk: int = 4096) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation per channel of pixel values in [0, 1], chunk by chunk."""
    totals = torch.zeros(2, channels, dtype=torch.float64, device=images.device)
    for part in images.split(chunk):
        x = to_channels(part.permute(0, 3, 1, 2).float().div_(255), channels)
        totals[0] += x.mean((0, 2, 3), dtype=torch.float64) * len(part)
        totals[1] += x.square().mean((0, 2, 3), dtype=torch.float64) * len(part)
    mean, square = totals / len(images)
    return mean.float(), (square - mean**2).clamp_min(0).sqrt().float()
