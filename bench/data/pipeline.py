"""What happens to images between the cache and the network: framing, augmentation, normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from bench.data.augment import Draws, augment
from bench.data.augment.framing import Framing, central_part, framing_of, random_part, whole
from bench.data.augment.pixels import to_channels, unit
from bench.data.image_set import ImageSet
from bench.data.moments import moments
from bench.spec import Augment, Dataset


@dataclass(frozen=True)
class Pipeline:
    """From uint8 (N, H, W, C) to what the network takes: float32 (N, C, image_size, image_size)."""

    channels: int
    image_size: int
    framing: Framing | None
    """How a part of an image is taken; None: the whole image."""
    augment: tuple[Augment, ...]
    """Augmentations after the framing, in order."""
    scale: Tensor
    """(C, 1, 1); the network sees `image * scale + shift`, with the image in [0, 1]."""
    shift: Tensor
    """(C, 1, 1)."""
    memory_format: torch.memory_format

    @classmethod
    def fitted(  # noqa: PLR0913 - each is a choice of its own
        cls,
        dataset: Dataset,
        train: ImageSet,
        *,
        channels: int,
        image_size: int,
        memory_format: torch.memory_format,
        augment: tuple[Augment, ...] = (),
    ) -> Pipeline:
        """Take the normalisation's constants from the training images.

        Raises:
            SuiteError: The augmentations begin with a framing that does not fit `image_size`.
        """
        framing = framing_of(augment, image_size)
        if dataset.normalize == "standard":
            mean, deviation = moments(train, channels)
        else:
            symmetric = dataset.normalize == "symmetric"
            mean = torch.full((channels,), 0.5 if symmetric else 0.0, device=train.device)
            deviation = torch.full((channels,), 0.5 if symmetric else 1.0, device=train.device)
        scale = 1 / deviation.clamp_min(1e-6)
        return cls(
            channels, image_size, framing, augment[1:] if framing else augment,
            scale.view(-1, 1, 1), (-mean * scale).view(-1, 1, 1), memory_format,
        )  # fmt: skip

    def __call__(self, images: Tensor, draws: Draws | None = None) -> Tensor:
        """Prepare images: augmented when there are draws to do it by, else as they are evaluated."""
        x = to_channels(images.permute(0, 3, 1, 2), self.channels)
        if self.framing is None:
            x = whole(x, self.image_size)
        elif draws:
            x = random_part(x, self.framing, self.image_size, draws)
        else:
            x = central_part(x, self.framing, self.image_size)
        if draws:
            x = augment(x, self.augment, draws)
        return torch.addcmul(self.shift, unit(x), self.scale).contiguous(memory_format=self.memory_format)
