"""Load a dataset: find it, decode it once, and hand out its arrays."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

from bench.data import cache, catalogue, decoding, lookup
from bench.data.entry import Entry
from bench.data.source import Images, Labels
from bench.data.split import limit
from bench.errors import BenchWarning, DataError
from bench.spec import Dataset


@dataclass(frozen=True)
class Arrays:
    """A decoded dataset."""

    train_images: Images
    """Shape (N, H, W, C), C-contiguous; memory-mapped copy-on-write, unless `limit` selected some.

    Datasets with a size of their own come at that size and with their own channels, whatever the suite's
    `image_size` and `channels` are; batches are resized and converted.
    """
    train_labels: Labels
    """Shape (N,)."""
    test_images: Images
    """Shape (M, H, W, C)."""
    test_labels: Labels
    """Shape (M,)."""
    classes: tuple[str, ...]
    """Class names in label order."""
    fingerprint: str
    """SHA-256 of all decoded images and labels (before `limit`), 16 hex digits."""
    layout: str
    """"parquet", "torchvision", "archive", "folder", "embedded" or "generated"."""
    reencoded: bool
    """Whether the images are a lossy copy of the originals."""
    note: str
    """What a reader must know about these data; may be empty."""


def load(dataset: Dataset, *, data_root: Path | None, progress: decoding.Progress | None = None) -> Arrays:
    """Load a dataset, from the cache of decoded images or by decoding it into there.

    Args:
        dataset: Which one, and how much of it.
        data_root: The first folder to look below.
        progress: Called with a stage, the images done and the images expected.

    Raises:
        SuiteError: The name is unknown, or the suite must say more, for example the image size.
        DataError: The data are missing or broken, or the cache cannot be written.
    """
    entry, target = catalogue.find(dataset.name), catalogue.target(dataset)
    source = lookup.locate(entry, dataset, data_root)
    folder = cache.folder_of(entry.name, source, target)
    try:
        cached = cache.read(folder)
    except (FileNotFoundError, cache.UnusableError) as reason:
        if isinstance(reason, cache.UnusableError):
            message = f"{folder}: the images are decoded again, because their cache is unusable: {reason}"
            warnings.warn(message, BenchWarning, stacklevel=2)
        decoding.build(folder, entry.name, source, target, progress)
        cached = _just_built(folder)
    return _arrays(entry, cached, dataset.limit)


def _just_built(folder: Path) -> cache.Cached:
    try:
        return cache.read(folder)
    except (FileNotFoundError, cache.UnusableError) as error:
        raise DataError(
            f"{folder}: changed while it was written ({error}); check the disk, then repeat"
        ) from error


def _arrays(entry: Entry, cached: cache.Cached, at_most: int | None) -> Arrays:
    reencoded = entry.lossless and cached.facts.jpegs > 0
    train_images, train_labels = _limited(cached.train_images, cached.train_labels, at_most)
    test_images, test_labels = _limited(cached.test_images, cached.test_labels, at_most)
    return Arrays(
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        classes=cached.facts.classes,
        fingerprint=cached.facts.fingerprint,
        layout=cached.facts.layout,
        reencoded=reencoded,
        note=_note(entry, cached, reencoded=reencoded),
    )


def _limited(images: Images, labels: Labels, at_most: int | None) -> tuple[Images, Labels]:
    if at_most is None or at_most >= len(labels):
        return images, labels
    rows = limit(labels, at_most)
    return images[rows], labels[rows]


def _note(entry: Entry, cached: cache.Cached, *, reencoded: bool) -> str:
    sentences = [entry.note or cached.facts.note]
    if reencoded:
        sentences.append(f"The images are a lossy JPEG copy of the originals; {entry.jpeg_effect}.")
    counts = len(cached.train_labels), len(cached.test_labels)
    if entry.official and counts != entry.official:
        sentences.append(
            f"The data hold {counts[0]:,} training and {counts[1]:,} test images, "
            f"the complete {entry.title} has {entry.official[0]:,} and {entry.official[1]:,}."
        )
    return " ".join(filter(None, sentences))
