"""Images that are kept whole: in memory, or on the accelerator."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bench.data.source import Images


@dataclass(frozen=True)
class Resident:
    """All images as one tensor."""

    images: Tensor
    """(N, H, W, C) in uint8, on the device."""

    @classmethod
    def on(cls, device: torch.device, images: Images) -> Resident:
        """Keep images on a device; on the CPU a memory map is used as it is, so that nothing is copied."""
        # A tensor may be written to, so that torch warns of arrays that may not; those are copied.
        return cls(torch.from_numpy(np.require(images, requirements=["C", "W"])).to(device))

    @property
    def device(self) -> torch.device:
        """Where batches appear."""
        return self.images.device

    @property
    def bytes_per_image(self) -> int:
        """H x W x C."""
        return self.images[:1].nbytes

    def batches(self, rows: Tensor, size: int) -> Generator[Tensor]:
        """Images (n, H, W, C) of the given rows (M), `size` at a time."""
        for chosen in rows.to(self.device).split(size):
            yield self.images.index_select(0, chosen)
