"""Batches for training and evaluation, in an order that seed and epoch decide."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Generator as Iterating
from contextlib import closing

import numpy as np
import torch
from torch import Generator, Tensor

from bench.data.augment import Draws
from bench.data.image_set import ImageSet
from bench.data.pipeline import Pipeline
from bench.data.share import WHOLE, Share
from bench.spec import Flip, Recipe

__all__ = ["Batches", "ImageSet", "Pipeline", "derive_seed", "in_order", "shuffled"]

Batches = Iterating[tuple[Tensor, Tensor]]
"""Images (N, C, H, W) in float32 and labels (N), on the device."""


def shuffled(  # noqa: PLR0913 - what an epoch depends on
    images: ImageSet, pipeline: Pipeline, recipe: Recipe, *, seed: int, epoch: int, share: Share = WHOLE
) -> Batches:
    """One epoch of augmented batches in a random order; the last may be smaller.

    Order and augmentation depend on `seed` and `epoch` alone, so that an epoch can be repeated after
    an interruption, and all architectures see the same images in the same order, wherever images are kept.
    Close the iterator when leaving it early: a thread may be reading ahead.

    Args:
        images: The training set.
        pipeline: From images to inputs.
        recipe: Says how many images a batch has, those of all processes together.
        seed: Of the trial.
        epoch: Counted from 1.
        share: Which images of each batch are wanted here; only these are read and augmented, and they look
            the same whatever the number of processes. See `Share.repeats` for a last batch that is tiny.
    """
    epoch_seed = derive_seed(seed, "epoch", epoch)
    generator = Generator().manual_seed(epoch_seed)
    order = torch.randperm(len(images), generator=generator)
    if images.device.type != "cpu":  # augmentation is drawn where it is computed
        generator = Generator(device=images.device).manual_seed(epoch_seed)
    lasting = _lasting(pipeline, images, order, seed)
    with closing(_shared(images, order, recipe.batch_size, share)) as batches:
        for number, (pixels, labels) in enumerate(batches):
            start = number * recipe.batch_size
            count = min(recipe.batch_size, len(order) - start)
            first = 0 if share.repeats(count) else share.bounds(count)[0]
            own = None if lasting is None else lasting[:, start + first : start + first + len(labels)]
            yield pipeline(pixels, Draws(generator, epoch, own, count, first)), labels


def _shared(images: ImageSet, order: Tensor, batch_size: int, share: Share) -> Batches:
    """Pixels (n, H, W, C) in uint8 and labels (n) of one process."""
    own, repeated = share.split(order, batch_size)
    for rows, size in ((own, share.of(batch_size)), (repeated, len(repeated))):
        if len(rows):
            with closing(images.batches(rows, size)) as batches:
                yield from batches


def in_order(images: ImageSet, batch_size: int, pipeline: Pipeline) -> Batches:
    """All images once, unaugmented, in order."""
    with closing(images.batches(None, batch_size)) as batches:
        for pixels, labels in batches:
            yield pipeline(pixels), labels


def derive_seed(*parts: object) -> int:
    """A 63-bit seed that depends on all parts and on nothing else."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big") >> 1


def seed_all(*parts: object) -> None:
    """Seed the generators that anything may draw from: torch's, Python's and numpy's global ones."""
    seed = derive_seed(*parts)
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - a network of the user's may draw from it


def _lasting(pipeline: Pipeline, images: ImageSet, order: Tensor, seed: int) -> Tensor | None:
    """Draws (2, N) that stay with each image from epoch to epoch, in the order of this one."""
    if not any(isinstance(spec, Flip) and spec.alternating for spec in pipeline.augment):
        return None
    generator = Generator().manual_seed(derive_seed(seed, "alternating flip"))
    return torch.rand(2, len(images), generator=generator)[:, order].to(images.device)
