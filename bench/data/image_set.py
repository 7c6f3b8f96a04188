"""Labelled images, wherever they are kept."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bench.data.resident import Resident
from bench.data.source import Images, Labels
from bench.data.split import Indices, limit
from bench.data.streamed import Streamed


@dataclass(frozen=True)
class ImageSet:
    """Some rows of stored images, and their labels; several sets may share a store, and no set copies it."""

    store: Resident | Streamed
    rows: Tensor | None
    """Rows of the store (N) in int64, on the CPU; None: all, in order."""
    labels: Tensor
    """(N) in int64, on the device."""

    @classmethod
    def of(cls, images: Images, labels: Labels, chosen: Indices | None, device: torch.device) -> ImageSet:
        """Chosen images (all, when None) of arrays, kept in memory or on the device."""
        return cls.stored(Resident.on(device, images), chosen, labels)

    @classmethod
    def stored(cls, store: Resident | Streamed, rows: Indices | None, labels: Labels) -> ImageSet:
        """Chosen rows of a store (all, when None); labels are those of the whole store."""
        chosen = None if rows is None else torch.from_numpy(rows)
        own = np.array(labels) if rows is None else labels[rows]  # either way a copy, not a memory map
        return cls(store, chosen, torch.from_numpy(own).to(store.device))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def device(self) -> torch.device:
        """Where batches appear."""
        return self.store.device

    @property
    def bytes_per_image(self) -> int:
        """H x W x C."""
        return self.store.bytes_per_image

    def batches(self, order: Tensor | None, size: int) -> Generator[tuple[Tensor, Tensor]]:
        """Images (n, H, W, C) in uint8 and labels (n), on the device, `size` at a time.

        Close the iterator when leaving it early: a thread may be reading ahead.

        Args:
            order: Positions in this set (M), on the CPU; None: all, in order.
            size: Images per batch; the last may be smaller.
        """
        rows = torch.arange(len(self)) if order is None else order
        labels = self.labels if order is None else self.labels[order.to(self.device)]
        if self.rows is not None:
            rows = self.rows[rows]
        with closing(self.store.batches(rows, size)) as batches:
            yield from zip(batches, labels.split(size), strict=True)

    @property
    def images(self) -> Tensor:
        """All images (N, H, W, C) in uint8, on the device: a copy, meant for small sets."""
        with closing(self.batches(None, len(self))) as batches:
            return next(batches)[0]

    def first(self, count: int) -> ImageSet:
        """The first images of the set, or all where it has fewer."""
        return self.part(0, count)

    def sample(self, count: int) -> ImageSet:
        """So many images, or all where it has fewer: each class in proportion, always the same ones.

        The first images would not do: many sources list one class after the other.
        """
        chosen = torch.from_numpy(limit(self.labels.cpu().numpy(), count))
        rows = torch.arange(len(self)) if self.rows is None else self.rows
        return ImageSet(self.store, rows[chosen], self.labels[chosen.to(self.labels.device)])

    def part(self, first: int, end: int) -> ImageSet:
        """The images from one place in the set to before another."""
        rows = torch.arange(len(self)) if self.rows is None else self.rows
        return ImageSet(self.store, rows[first:end], self.labels[first:end])
