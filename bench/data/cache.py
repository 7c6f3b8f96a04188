"""Decoded arrays on disk: where they lie, and how they are checked and mapped into memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import places
from bench.data.array_file import is_intact
from bench.data.source import Images, Labels, Source, Target
from bench.store.sealed import SEAL, checksum

VERSION = 1
META = "meta.json"
ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")

# Hashing more than this at every start would be felt. Beyond it, the size and 64 evenly spaced stretches of
# each array are compared; `bench data verify` compares everything.
ALWAYS_HASHED = 512 * 2**20


class UnusableError(Exception):
    """Why a cache cannot be used; it is then built again."""


@dataclass(frozen=True)
class Facts:
    """meta.json: everything about the arrays beside it."""

    version: int
    name: str
    """Catalogue name."""
    layout: str
    place: str
    """Where the source was found."""
    classes: tuple[str, ...]
    note: str
    jpegs: int
    """How many images were stored as JPEG."""
    fingerprint: str
    """SHA-256 over shape, images and labels, 16 hex digits; the same for every layout."""
    arrays: dict[str, dict[str, str]]
    """For each array its form, its full and its sampled SHA-256."""


@dataclass(frozen=True)
class Cached:
    """Arrays as they lie on disk; memory-mapped, copy-on-write."""

    facts: Facts
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels


def folder_of(name: str, source: Source, target: Target) -> Path:
    """The folder that holds, or will hold, this source decoded for this target."""
    asked = [name, source.layout, target.image_size, target.channels, target.classes, target.class_names]
    key = hashlib.sha256(json.dumps([asked, source.identity]).encode()).hexdigest()[:16]
    return places.decoded() / f"{name}-{key}"


def folders() -> tuple[Path, ...]:
    """Every cache there is."""
    return tuple(sorted(file.parent for file in places.decoded().glob(f"[!.]*/{META}")))


def read(folder: Path, *, thorough: bool = False) -> Cached:
    """Map a cache into memory.

    Args:
        folder: From `folder_of`.
        thorough: Compare every byte, however large the arrays are.

    Raises:
        FileNotFoundError: There is none.
        UnusableError: It is damaged, or of another version.
    """
    with _usable(folder):
        return _read(folder, thorough=thorough)


def read_facts(folder: Path) -> Facts:
    """What is known of a cache, without looking at its arrays.

    Raises:
        FileNotFoundError: There is none.
        UnusableError: What is known is damaged, or of another version.
    """
    with _usable(folder):
        return _facts(folder)


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    if not folder.exists():
        raise FileNotFoundError(folder)
    try:
        yield
    except UnusableError:
        raise
    except FileNotFoundError as error:
        raise UnusableError(f"{Path(error.filename).name} is missing") from error
    except Exception as error:  # numpy's and json's readers raise all sorts of things for damaged files
        raise UnusableError(f"it cannot be read ({error})") from error


def _facts(folder: Path) -> Facts:
    stored = json.loads((folder / META).read_text("utf-8"))
    sealed = stored.pop(SEAL, None)  # none in caches from before there were checksums
    if sealed not in (None, checksum(stored)):
        raise UnusableError(f"{META} is not what was written")
    if stored["version"] != VERSION:
        raise UnusableError(f"it has version {stored['version']}, this program writes version {VERSION}")
    return Facts(**{**stored, "classes": tuple(stored["classes"])})


def _read(folder: Path, *, thorough: bool) -> Cached:
    facts = _facts(folder)
    arrays: dict[str, Any] = {}
    for name in ARRAYS:
        array = np.load(folder / f"{name}.npy", mmap_mode="c", allow_pickle=False)
        everything = thorough or array.nbytes <= ALWAYS_HASHED
        if not is_intact(array, facts.arrays[name], thorough=everything):
            raise UnusableError(f"{name}.npy is not what was written")
        arrays[name] = array
    return Cached(facts=facts, **arrays)
