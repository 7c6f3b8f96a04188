"""Stratified subsets of labelled images: the validation split, a fixed hold-out, and `limit`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.data.source import Labels

HOLDOUT = 0.2
HOLDOUT_NOTE = (
    "The source has no test set of its own; a fixed fifth of its images, stratified by class, serves as one."
)

Indices = NDArray[np.int64]


def split(labels: Labels, fraction: float, seed: int) -> tuple[Indices, Indices]:
    """Divide images into training and validation, each class in proportion.

    Args:
        labels: Shape (N,).
        fraction: Part of the images that is held out, between 0 and 1.
        seed: The same seed gives the same split, on every machine.

    Returns:
        Ascending indices of the training and of the validation images. Every class keeps a training image.
    """
    held_out = _stratified(labels, round(fraction * len(labels)), seed, keep=1)
    train = np.ones(len(labels), dtype=bool)
    train[held_out] = False
    return np.flatnonzero(train).astype(np.int64), held_out


def held_out(labels: Labels, fraction: float) -> int:
    """How many images `split` holds out; none where there are too few of every class."""
    return int(_quota(_counts(labels), round(fraction * len(labels)), keep=1).sum())


def holdout(labels: Labels) -> tuple[Indices, Indices]:
    """Training and test indices for a source without a test set; always the same."""
    return split(labels, HOLDOUT, seed=0)


def limit(labels: Labels, count: int) -> Indices:
    """Ascending indices of at most `count` images, each class in proportion; always the same."""
    if count >= len(labels):
        return np.arange(len(labels), dtype=np.int64)
    return _stratified(labels, count, seed=0, keep=0)


def _stratified(labels: Labels, wanted: int, seed: int, *, keep: int) -> Indices:
    """Draw `wanted` indices, class by class, leaving at least `keep` of each class behind."""
    _, classes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    quota = _quota(counts, wanted, keep=keep, seed=seed)
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(classes[shuffled], kind="stable")]
    first = np.cumsum(counts) - counts
    rank = np.arange(len(labels)) - np.repeat(first, counts)
    drawn: Indices = np.sort(by_class[rank < np.repeat(quota, counts)])
    return drawn


def _counts(labels: Labels) -> Indices:
    return np.unique(labels, return_counts=True)[1]


def _quota(counts: Indices, wanted: int, *, keep: int, seed: int = 0) -> Indices:
    """Images to draw of each class, of which `counts` are there and `keep` stay."""
    return np.minimum(_apportion(counts, wanted, seed), counts - keep)


def _apportion(counts: Indices, wanted: int, seed: int) -> Indices:
    """Share `wanted` among classes in proportion to their counts, by largest remainder.

    Among classes as large as each other the first to get what remains is another for each seed: with three
    images of each class and a fifth held out, some classes would else never be.
    """
    exact = counts * wanted / max(1, counts.sum())
    quota: Indices = np.floor(exact).astype(np.int64)
    turn = (np.arange(len(counts)) - seed) % max(1, len(counts))
    by_remainder = np.lexsort((turn, counts, quota - exact))
    quota[by_remainder[: wanted - quota.sum()]] += 1
    return quota
