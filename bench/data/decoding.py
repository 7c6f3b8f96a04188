"""Decode a source into a cache folder: block by block, flushed to disk, renamed into place when complete."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import cache
from bench.data.array_file import ArrayFile
from bench.data.source import Block, Contents, Source, Target
from bench.errors import DataError
from bench.store.atomic import flush_folder, replacing
from bench.store.sealed import SEAL, checksum

Progress = Callable[[str, int, int], None]
"""Called with a stage, the images done and the images expected."""

_BUILDING = ".building-"
_DAY = 86_400


def build(folder: Path, name: str, source: Source, target: Target, progress: Progress | None = None) -> None:
    """Decode a source into a cache folder, replacing a damaged one.

    Where two processes build at once, both decode, and the first one's arrays stay. The peak of memory is
    one block of images, besides what the source itself must hold.

    Raises:
        DataError: The source is broken, or the cache folder cannot be written.
        SuiteError: The suite must say more, for example the image size.
    """
    contents = source.read(target)
    with _writing(folder), _temporary(folder) as building:
        arrays: dict[str, dict[str, str]] = {}
        jpegs = 0
        parts = ("train", contents.train, contents.totals[0]), ("test", contents.test, contents.totals[1])
        for part, blocks, total in parts:
            with (
                ArrayFile(building / f"{part}_images.npy", np.uint8, contents.shape) as images,
                ArrayFile(building / f"{part}_labels.npy", np.int64, ()) as labels,
            ):
                for block in blocks:
                    _check_labels(block, contents)
                    images.append(block.images)
                    labels.append(block.labels)
                    jpegs += block.jpegs
                    if progress:
                        progress(f"decode {name}, {part} images", images.length, max(total, images.length))
            if not images.length:
                raise DataError(f"{source.place}: no {part} images in it; complete the data")
            arrays |= {f"{part}_images": images.seal(), f"{part}_labels": labels.seal()}
        facts = cache.Facts(
            version=cache.VERSION,
            name=name,
            layout=source.layout,
            place=source.place,
            classes=contents.classes,
            note=contents.note,
            jpegs=jpegs,
            fingerprint=_fingerprint(arrays),
            arrays=arrays,
        )
        _write(building / cache.META, asdict(facts))
        _move_into_place(building, folder)


def _check_labels(block: Block, contents: Contents) -> None:
    wrong = np.flatnonzero((block.labels < 0) | (block.labels >= len(contents.classes)))
    if len(wrong):
        raise DataError(
            f"{block.where}: label {block.labels[wrong[0]]} (of the image {wrong[0]} further on) is not "
            f"one of 0 to {len(contents.classes) - 1}; the file is damaged, or belongs to another dataset"
        )


def _fingerprint(arrays: dict[str, dict[str, str]]) -> str:
    content = [[arrays[name]["form"], arrays[name]["sha256"]] for name in cache.ARRAYS]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _write(file: Path, facts: dict[str, Any]) -> None:
    with replacing(file) as stream:
        stream.write(json.dumps({**facts, SEAL: checksum(facts)}, indent=1).encode())


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
    """A folder to build in, beside the final one; what a killed process left there a day ago is removed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{_BUILDING}*"):
        with suppress(FileNotFoundError):  # another process has put its own in place since
            if left.stat().st_mtime < time.time() - _DAY:
                shutil.rmtree(left, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder.parent))
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _move_into_place(building: Path, folder: Path) -> None:
    """Rename, unless another process was faster; a damaged folder in the way steps aside first."""
    try:
        cache.read(folder)
    except cache.UnusableError:
        aside = building.with_name(f"{building.name}-damaged")
        with suppress(FileNotFoundError):  # another process has moved it already
            folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
    except FileNotFoundError:
        pass
    else:
        return
    try:
        building.rename(folder)
    except OSError:
        # A folder cannot be renamed over another: it appeared in this very moment.
        if not folder.exists():
            raise
    flush_folder(folder.parent)
