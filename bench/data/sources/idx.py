"""The idx files of MNIST and its relatives, plain or gzipped, as torchvision keeps them."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bench.data.source import Block, Contents, Layout, Source, Target, identify
from bench.errors import DataError

_UINT8 = 0x08
_BLOCK = 4096
# An idx file of uint8 images: 60,000 of 28 x 28 are 47 MB. A gzipped one could claim anything.
_MAX_BYTES = 4 * 2**30
_STEMS = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def layout(folder: str) -> Layout:
    """Files in `<folder>/raw`, where torchvision puts them, or right in a folder of the dataset's name."""
    return Layout(f"{folder}/raw/{_STEMS[0]} (and the other three, plain or .gz)", _find)


def _find(_root: Path, bases: tuple[Path, ...]) -> Source | None:
    for base in bases:
        for folder in (base / "raw", base):
            files = [_present(folder, stem) for stem in _STEMS]
            if not any(files):
                continue
            complete = [file for file in files if file]
            if len(complete) < len(_STEMS):
                missing = next(stem for stem, file in zip(_STEMS, files, strict=True) if not file)
                raise DataError(
                    f"{folder}: {missing} is missing; copy it there, or remove the other idx files"
                )
            return Source("torchvision", str(folder), identify(folder, complete), partial(_read, complete))
    return None


def _present(folder: Path, stem: str) -> Path | None:
    return next((file for file in (folder / stem, folder / f"{stem}.gz") if file.is_file()), None)


def _read(files: list[Path], target: Target) -> Contents:
    train_images, train_labels, test_images, test_labels = files
    side = target.image_size or 28
    return Contents(
        shape=(side, side, 1),
        classes=target.class_names or tuple(map(str, range(target.classes or 10))),
        train=_blocks(train_images, train_labels, side),
        test=_blocks(test_images, test_labels, side),
        totals=(_length(train_labels), _length(test_labels)),
    )


def _length(file: Path) -> int:
    with _opened(file) as stream:
        return _header(stream, file, axes=1)[0]


def _blocks(images: Path, labels: Path, side: int) -> Iterator[Block]:
    with _opened(images) as image_stream, _opened(labels) as label_stream:
        count, height, width = _header(image_stream, images, axes=3)
        (label_count,) = _header(label_stream, labels, axes=1)
        if (height, width) != (side, side):
            raise DataError(f"{images}: images of {height} x {width} pixels, expected {side} x {side}")
        if count != label_count:
            raise DataError(
                f"{images} holds {count} images, but {labels.name} {label_count} labels; "
                "they do not belong together, replace both"
            )
        for start in range(0, count, _BLOCK):
            n = min(_BLOCK, count - start)
            pixels = _exactly(image_stream, n * side * side, images)
            classes = _exactly(label_stream, n, labels)
            yield Block(
                np.frombuffer(pixels, np.uint8).reshape(n, side, side, 1),
                np.frombuffer(classes, np.uint8).astype(np.int64),
                str(labels),
            )
        for stream, file in ((image_stream, images), (label_stream, labels)):
            if _read_some(stream, 1, file):
                raise DataError(
                    f"{file}: more bytes than its header announces; the file is damaged, replace it"
                )


def _opened(file: Path) -> BinaryIO:
    try:
        return gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}; check its permissions") from error


def _header(stream: BinaryIO, file: Path, *, axes: int) -> tuple[int, ...]:
    """Two zero bytes, the type, the number of axes, then the length of each axis as big-endian uint32."""
    magic = _exactly(stream, 4, file)
    if magic[:2] != b"\0\0" or magic[3] != axes:
        raise DataError(f"{file}: not an idx file with {axes} axes; replace it by the official one")
    if magic[2] != _UINT8:
        raise DataError(f"{file}: idx type 0x{magic[2]:02x}, only uint8 (0x08) is supported")
    shape = tuple(np.frombuffer(_exactly(stream, 4 * axes, file), ">u4").tolist())
    if math.prod(shape) > _MAX_BYTES:
        raise DataError(
            f"{file}: announces {math.prod(shape)} bytes of images, more than {_MAX_BYTES} are refused"
        )
    return shape


def _exactly(stream: BinaryIO, count: int, file: Path) -> bytes:
    data = _read_some(stream, count, file)
    if len(data) < count:
        raise DataError(f"{file}: ends before its header says; the file is truncated, replace it")
    return data


def _read_some(stream: BinaryIO, count: int, file: Path) -> bytes:
    try:
        return stream.read(count)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file}: cannot be read: {error}; the file is damaged, replace it") from error
