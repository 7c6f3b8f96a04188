"""Decoded arrays on disk: written once and atomically, checked against their checksums when read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import places
from bench.data.array_file import ArrayFile, full_hash, sampled_hash
from bench.data.source import Block, Contents, Images, Labels, Source, Target
from bench.errors import DataError

VERSION = 1
# Hashing more than this at every start would be felt; then the size and a sample of the content are compared.
ALWAYS_HASHED = 512 * 2**20

Progress = Callable[[str, int, int], None]
"""Called with a stage, the images done and the images expected."""

_META = "meta.json"
_BUILDING = ".building-"
_DAY = 86_400
ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


class Unusable(Exception):  # noqa: N818 - not an error: the cache is rebuilt
    """Why a cache cannot be used."""


@dataclass(frozen=True)
class Facts:
    """meta.json: everything about the arrays beside it."""

    version: int
    name: str
    layout: str
    place: str
    classes: tuple[str, ...]
    note: str
    jpegs: int
    fingerprint: str
    arrays: dict[str, dict[str, str]]
    """For each array its full and its sampled SHA-256."""


@dataclass(frozen=True)
class Cached:
    """Arrays as they lie on disk; images are memory-mapped, copy-on-write."""

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


def read(folder: Path, *, thorough: bool = False) -> Cached:
    """Map a cache into memory.

    Args:
        folder: From `folder_of`.
        thorough: Hash every array completely, however large.

    Raises:
        FileNotFoundError: There is none.
        Unusable: It is damaged, or of another version.
    """
    try:
        stored = json.loads((folder / _META).read_text("utf-8"))
        if stored["version"] != VERSION:
            raise Unusable(f"it has version {stored['version']}, this program writes version {VERSION}")
        facts = Facts(**{**stored, "classes": tuple(stored["classes"])})
        arrays: dict[str, Any] = {}
        for name in ARRAYS:
            array = np.load(folder / f"{name}.npy", mmap_mode="c", allow_pickle=False)
            if array.nbytes > ALWAYS_HASHED and not thorough:
                intact = sampled_hash(array) == facts.arrays[name]["sampled"]
            else:
                intact = full_hash(array) == facts.arrays[name]["sha256"]
            if not intact:
                raise Unusable(f"{name}.npy does not have the checksum it was written with")
            arrays[name] = array
    except FileNotFoundError as error:
        if folder.is_dir():
            raise Unusable(f"{Path(error.filename or folder).name} is missing") from error
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise Unusable(f"it cannot be read ({error})") from error
    return Cached(facts=facts, **arrays)


def build(folder: Path, name: str, source: Source, target: Target, progress: Progress | None = None) -> None:
    """Decode a source into a cache folder, replacing what is there.

    The arrays are written into a temporary folder beside it, flushed to disk, and renamed. Where two processes
    build at once, both decode and the last one's identical arrays stay. The peak of memory is one block of
    images, besides what the source itself must hold.

    Raises:
        DataError: The source is broken, or the cache folder cannot be written.
        SuiteError: The suite must say more, for example the image size.
    """
    contents = source.read(target)
    with _writing(folder), _temporary(folder) as building:
        hashes, jpegs = {}, 0
        for part, blocks, total in zip(
            ("train", "test"), (contents.train, contents.test), contents.totals, strict=True
        ):
            with (
                ArrayFile(building / f"{part}_images.npy", np.uint8, contents.shape) as images,
                ArrayFile(building / f"{part}_labels.npy", np.int64, ()) as labels,
            ):
                for block in blocks:
                    _check(block, contents, target)
                    images.append(block.images)
                    labels.append(block.labels)
                    jpegs += block.jpegs
                    if progress:
                        progress(f"decode {name}, {part} images", images.length, max(total, images.length))
                if not images.length:
                    raise DataError(f"{source.place}: no {part} images in it; complete the data")
            hashes[f"{part}_images"], hashes[f"{part}_labels"] = images.hashes(), labels.hashes()
        facts = Facts(
            version=VERSION, name=name, layout=source.layout, place=source.place, classes=contents.classes,
            note=contents.note, jpegs=jpegs, fingerprint=_fingerprint(hashes, contents), arrays=hashes,
        )  # fmt: skip
        _write_facts(building / _META, facts)
        _replace(building, folder)


def _check(block: Block, contents: Contents, target: Target) -> None:
    """Labels lie in range; anything else a source got wrong is a bug and shows as one."""
    wrong = np.flatnonzero((block.labels < 0) | (block.labels >= len(contents.classes)))
    if len(wrong):
        raise DataError(
            f"{block.where}: label {block.labels[wrong[0]]} (image {wrong[0]} from there on) is out of range, "
            f"{target.dataset} has labels 0 to {len(contents.classes) - 1}; replace the file"
        )


def _fingerprint(hashes: dict[str, dict[str, str]], contents: Contents) -> str:
    """SHA-256 over shape and content of all four arrays, 16 hex digits; the same for every layout."""
    whole = json.dumps([contents.shape, [hashes[name]["sha256"] for name in ARRAYS]])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _write_facts(file: Path, facts: Facts) -> None:
    with file.open("w", encoding="utf-8") as stream:
        json.dump(asdict(facts), stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say clearly when the cache cannot be written: permissions, a full disk, a file in its place."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{folder.parent}: cannot write the decoded images: {error.strerror or error}; "
            "free some space there, or name another folder with BENCH_CACHE"
        ) from error


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """A folder to build in, beside the final one; what killed processes left there a day ago is removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{_BUILDING}*"):
        if left.stat().st_mtime < time.time() - _DAY:
            shutil.rmtree(left, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder.parent))
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _replace(building: Path, folder: Path) -> None:
    """Put the new folder in place of the old; a folder cannot be renamed over another, so the old one steps aside."""
    aside = building.with_name(building.name + "-old")
    while True:
        try:
            building.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            try:
                folder.rename(aside)
            except FileNotFoundError:  # Another process replaced it in this very moment.
                continue
            shutil.rmtree(aside, ignore_errors=True)
        else:
            break
    _flush(folder.parent)


def _flush(folder: Path) -> None:
    """Make the rename durable, where the platform can open a folder."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
