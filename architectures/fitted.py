"""Networks that set a layer from training images before the first step."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class FittedToImages(Protocol):
    """What training asks a network for, once, before the first step of a fresh network."""

    fitting_images: int
    """How many training images it wants: the first ones of the training set, or where these do not show every
    class, so many of all classes in proportion."""

    def fit_to_images(self, images: Tensor) -> None:
        """Set weights from unaugmented, normalised images (N, C, H, W) on the network's device.

        It draws no random numbers, so that the seed and the data alone decide the weights.
        """
