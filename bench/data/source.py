"""What a dataset source hands over: where it lies, what it holds, and its images block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Images: TypeAlias = NDArray[np.uint8]
"""Shape (N, H, W, C), values 0..255."""
Labels: TypeAlias = NDArray[np.int64]
"""Shape (N,), values 0..classes - 1."""
Identity: TypeAlias = tuple[tuple[str, int, int], ...]
"""Relative name, bytes and modification time in nanoseconds of every file; changes when the data do."""

TEST_SPLITS = ("test", "valid", "validation", "val")
"""Names under which sources keep the images to test on; one that is called test comes first."""


@dataclass(frozen=True)
class Target:
    """What decoding aims at; `None` means: whatever the data hold."""

    dataset: str
    """Name for messages."""
    image_size: int | None
    """Side of the square images in pixels."""
    channels: int | None
    """1 (grey) or 3 (RGB)."""
    resize: bool
    """Whether images of another size are resized, or refused because the dataset never has them."""
    classes: int | None
    """Number of classes."""
    class_names: tuple[str, ...] | None
    """Class names in label order, where they are known beforehand."""


@dataclass(frozen=True)
class Block:
    """Some consecutive decoded images."""

    images: Images
    labels: Labels
    where: str
    """The file they come from, for messages."""
    jpegs: int = 0
    """How many of them were stored as JPEG."""


@dataclass(frozen=True)
class Contents:
    """An opened source: everything is known but the pixels, which are decoded while iterating (once)."""

    shape: tuple[int, int, int]
    """H, W, C of every image."""
    classes: tuple[str, ...]
    """Class names in label order."""
    train: Iterable[Block]
    test: Iterable[Block]
    totals: tuple[int, int]
    """Expected number of training and test images, for progress; 0 where it is not known."""
    note: str = ""
    """What a reader must know about this source, as sentences."""


@dataclass(frozen=True)
class Source:
    """A dataset that was found, not yet opened."""

    layout: str
    """"parquet", "torchvision", "archive", "folder", "embedded" or "generated"."""
    place: str
    """The folder or file it was found at, for people."""
    identity: Identity
    """What the cache key hangs on."""
    read: Callable[[Target], Contents]
    """Open it. Raises DataError where the files are broken, SuiteError where the suite must say more."""


@dataclass(frozen=True)
class Layout:
    """One way in which a dataset may lie on disk."""

    looks_like: str
    """How to put the data there, as shown when nothing is found."""
    find: Callable[[Path, tuple[Path, ...]], Source | None]
    """Given a root and the folders below it that carry the dataset's name: the source, or nothing."""


def identify(root: Path, files: Iterable[Path]) -> Identity:
    """Relative name, size and modification time of each file."""
    facts = ((file, file.stat()) for file in files)
    return tuple((file.relative_to(root).as_posix(), stat.st_size, stat.st_mtime_ns) for file, stat in facts)


def test_split_note(split: str) -> str:
    """What a reader must know about the split that serves as test set."""
    return "" if split == "test" else f"The source's {split!r} split is the test set."
