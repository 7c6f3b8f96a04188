"""Load a dataset: find it, decode it once, and hand out its arrays."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.data import cache, catalogue, decoding, lookup
from bench.data.entry import Entry
from bench.data.source import Images, Labels
from bench.data.split import Indices, held_out, limit
from bench.errors import BenchWarning, DataError, SuiteError
from bench.spec import Dataset


@dataclass(frozen=True)
class Part:
    """The training or the test images of a decoded dataset."""

    stored_images: Images
    """Shape (N, H, W, C), C-contiguous, memory-mapped copy-on-write; all of them, whatever `limit` is.

    Datasets with a size of their own come at that size and with their own channels, whatever the suite's
    `image_size` and `channels` are; batches are resized and converted.
    """
    stored_labels: Labels
    """Shape (N,)."""
    rows: Indices | None
    """Ascending rows of both that `limit` keeps; None: all."""

    @property
    def images(self) -> Images:
        """Those that `limit` keeps: a copy, unless they are all."""
        return self.stored_images if self.rows is None else self.stored_images[self.rows]

    @property
    def labels(self) -> Labels:
        """Those of `images`."""
        return self.stored_labels if self.rows is None else self.stored_labels[self.rows]

    def chosen(self, positions: Sequence[int]) -> Images:
        """Copies of a few of `images`, without copying all."""
        at = np.asarray(positions, dtype=np.int64)
        chosen: Images = self.stored_images[at if self.rows is None else self.rows[at]]
        return chosen


@dataclass(frozen=True)
class Arrays:
    """A decoded dataset."""

    train: Part
    test: Part
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

    @property
    def train_images(self) -> Images:
        """Shape (N, H, W, C)."""
        return self.train.images

    @property
    def train_labels(self) -> Labels:
        """Shape (N,)."""
        return self.train.labels

    @property
    def test_images(self) -> Images:
        """Shape (M, H, W, C)."""
        return self.test.images

    @property
    def test_labels(self) -> Labels:
        """Shape (M,)."""
        return self.test.labels


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


def load_decoded(dataset: Dataset, *, data_root: Path | None) -> Arrays:
    """Load a dataset that was decoded earlier; nothing is decoded or downloaded.

    Args:
        dataset: Which one, and how much of it.
        data_root: The first folder to look below.

    Raises:
        SuiteError: The name is unknown, or the suite must say more.
        DataError: It is not in the cache of this machine, or that cache is damaged.
    """
    entry, target = catalogue.find(dataset.name), catalogue.target(dataset)
    source = lookup.locate(entry, dataset, data_root, may_download=False)
    folder = cache.folder_of(entry.name, source, target)
    try:
        return _arrays(entry, cache.read(folder), dataset.limit)
    except (FileNotFoundError, cache.UnusableError) as error:
        raise DataError(f"{folder}: the decoded images are not there any more ({error})") from error


def decoded_facts(dataset: Dataset, *, data_root: Path | None) -> cache.Facts | None:
    """What is known of the images that a run would see, where they are decoded already.

    Args:
        dataset: Which one.
        data_root: The first folder to look below.

    Raises:
        SuiteError: The name is unknown, or the suite must say more.
        DataError: The data are not on this machine.
    """
    entry, target = catalogue.find(dataset.name), catalogue.target(dataset)
    source = lookup.locate(entry, dataset, data_root, may_download=False)
    try:
        return cache.read_facts(cache.folder_of(entry.name, source, target))
    except (FileNotFoundError, cache.UnusableError):
        return None


def _just_built(folder: Path) -> cache.Cached:
    try:
        return cache.read(folder)
    except (FileNotFoundError, cache.UnusableError) as error:
        raise DataError(
            f"{folder}: changed while it was written ({error}); check the disk, then repeat"
        ) from error


def _arrays(entry: Entry, cached: cache.Cached, at_most: int | None) -> Arrays:
    reencoded = entry.lossless and cached.facts.jpegs > 0
    return Arrays(
        train=_limited(cached.train_images, cached.train_labels, at_most),
        test=_limited(cached.test_images, cached.test_labels, at_most),
        classes=cached.facts.classes,
        fingerprint=cached.facts.fingerprint,
        layout=cached.facts.layout,
        reencoded=reencoded,
        note=_note(entry, cached, reencoded=reencoded),
    )


def _limited(images: Images, labels: Labels, at_most: int | None) -> Part:
    everything = at_most is None or at_most >= len(labels)
    return Part(images, labels, None if everything else limit(labels, at_most or 0))


def refuse_single_class(arrays: Arrays, dataset: Dataset) -> None:
    """Every answer about one class is right, so that an accuracy of 100 % would mean nothing.

    Raises:
        DataError: There are no two classes.
    """
    if len(arrays.classes) < 2:
        raise DataError(
            f"{dataset.path or dataset.name}: one class alone, {arrays.classes[0]!r}, leaves nothing to tell "
            "apart; add another, or let dataset.path name the folder right above the class folders"
        )


def refuse_empty_validation(train: Part, dataset: Dataset) -> None:
    """A fraction of very few images is none, and there is no accuracy on nothing.

    Raises:
        SuiteError: Nothing would be held out for validation.
    """
    fraction = dataset.validation
    if fraction == "test" or held_out(train.labels, fraction):
        return
    raise SuiteError(
        f"dataset.validation: {fraction} of {len(train.labels)} training images leaves none to validate on; "
        'raise it or dataset.limit, or set validation = "test"'
    )


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
