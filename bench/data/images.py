"""Image files in memory -> uint8 arrays of one size, refusing what is broken, too large or too deep."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from PIL import Image

from bench.data.source import Block, Images, Target
from bench.errors import DataError, SuiteError

MAX_PIXELS = 64_000_000
MAX_FILE_BYTES = 256 * 2**20
BLOCK = 1024

# Only formats that PIL decodes itself, from pixels alone: EPS, for one, would start an interpreter.
_FORMATS = ("JPEG", "PNG", "BMP", "PPM", "WEBP", "GIF", "TIFF")
_GREY = ("1", "L", "LA")
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, OverflowError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


@dataclass(frozen=True)
class Encoded:
    """One image file, still encoded."""

    data: bytes
    label: int
    where: str
    """The file (and row or member) it comes from."""


def blocks(images: Iterable[Encoded], target: Target, shape: tuple[int, int, int]) -> Iterator[Block]:
    """Decode images into blocks of shape (n, H, W, C).

    Raises:
        DataError: An image is broken, too large, deeper than 8 bits, or of another size where that is refused.
    """
    pending = iter(images)
    while some := list(islice(pending, BLOCK)):
        decoded = np.empty((len(some), *shape), dtype=np.uint8)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            for slot, item in zip(decoded, some, strict=True):
                slot[:] = _decode(item, target, shape)
        yield Block(
            images=decoded,
            labels=np.array([item.label for item in some], dtype=np.int64),
            where=some[0].where,
            jpegs=sum(item.data.startswith(b"\xff\xd8") for item in some),
        )


def common_shape(images: Iterable[Encoded], target: Target) -> tuple[int, int, int]:
    """H, W, C that all images get: the target's where it says, else what their headers agree on.

    Colour wins: a single colour image makes the dataset a colour dataset.

    Raises:
        SuiteError: Sizes differ or are not square, and the suite names no size to bring them to.
        DataError: A header cannot be read.
    """
    size, channels = target.image_size, target.channels
    if size and channels:
        return size, size, channels
    first: tuple[int, int] | None = None
    colour = False
    for item in images:
        with _open(item) as image:
            first = first or image.size
            colour |= image.mode not in _GREY
            if not size and image.size != first:
                raise SuiteError(_sizes_differ(target, item.where, first, image.size))
    if first is None:
        raise DataError(f"{target.dataset}: the source holds no images")
    if not size and first[0] != first[1]:
        raise SuiteError(
            f"{target.dataset}: images are {first[0]} x {first[1]} pixels, networks here take square ones; "
            "set image_size in [dataset], and they are resized and cropped at the centre"
        )
    side = size or first[0]
    return side, side, channels or (3 if colour else 1)


def _sizes_differ(target: Target, where: str, first: tuple[int, int], other: tuple[int, int]) -> str:
    return (
        f"{target.dataset}: images differ in size ({first[0]} x {first[1]} pixels, but {other[0]} x {other[1]} in "
        f"{where}); set image_size in [dataset], and they are resized and cropped at the centre"
    )


def _open(item: Encoded) -> Image.Image:
    """Read the header; pixels are not decoded yet."""
    try:
        image = Image.open(io.BytesIO(item.data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(f"{item.where}: {error}; remove the image or make it smaller") from error
    except _BROKEN as error:
        raise DataError(f"{item.where}: not a readable image; replace or remove it ({error})") from error
    if image.width * image.height > MAX_PIXELS:
        raise DataError(
            f"{item.where}: {image.width} x {image.height} pixels are more than the {MAX_PIXELS // 10**6} million "
            "allowed in one image; remove it or make it smaller"
        )
    if image.mode in _DEEP:
        raise DataError(
            f"{item.where}: more than 8 bits per channel ({image.mode}); convert the image to 8 bits"
        )
    return image


def _decode(item: Encoded, target: Target, shape: tuple[int, int, int]) -> Images:
    height, width, channels = shape
    with _open(item) as image:
        if image.size != (width, height) and not target.resize:
            raise DataError(
                f"{item.where}: {image.width} x {image.height} pixels, but images of {target.dataset} have "
                f"{width} x {height}; this is not {target.dataset}, or the file is damaged"
            )
        try:
            converted = image.convert("L" if channels == 1 else "RGB")
            pixels = np.asarray(_fit(converted, width))
        except _BROKEN as error:
            raise DataError(f"{item.where}: the image is damaged; replace or remove it ({error})") from error
    return pixels.reshape(shape)


def _fit(image: Image.Image, side: int) -> Image.Image:
    """Bring the shorter side to `side` pixels (antialiased, bilinear), then cut the square at the centre."""
    if image.size == (side, side):
        return image
    scale = side / min(image.size)
    width, height = (max(side, round(length * scale)) for length in image.size)
    resized = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - side) // 2, (height - side) // 2
    return resized.crop((left, top, left + side, top + side))
