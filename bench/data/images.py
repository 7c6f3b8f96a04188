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
from PIL import Image, UnidentifiedImageError

from bench.data.source import Block, Images, Target
from bench.errors import DataError, SuiteError

MAX_PIXELS = 64_000_000
MAX_FILE_BYTES = 256 * 2**20

# Decoded together: enough to write in long stretches, little enough to hold in memory.
_BLOCK = 1024
_BLOCK_BYTES = 64 * 2**20
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
        DataError: An image is broken, too large, deeper than 8 bits, or of a size that is refused.
    """
    pending = iter(images)
    room = max(1, min(_BLOCK, _BLOCK_BYTES // int(np.prod(shape))))
    while True:
        decoded = np.empty((room, *shape), dtype=np.uint8)
        labels: list[int] = []
        jpegs, where = 0, ""
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            for item in islice(pending, room):
                decoded[len(labels)] = _decode(item, target, shape)
                labels.append(item.label)
                jpegs += item.data.startswith(b"\xff\xd8")
                where = where or item.where
        if not labels:
            return
        yield Block(decoded[: len(labels)], np.array(labels, dtype=np.int64), where, jpegs)


def common_shape(images: Iterable[Encoded], target: Target) -> tuple[int, int, int]:
    """H, W, C that all images get: the target's where it says, else what their headers agree on.

    Colour wins: a single colour image makes the dataset a colour dataset.

    Raises:
        SuiteError: Sizes differ or are not square, and the suite names no size to bring them to.
        DataError: A header cannot be read, or there is no image.
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
            if not size and (image.size != first or image.width != image.height):
                raise SuiteError(
                    f"{item.where} has {image.width} x {image.height} pixels, the first "
                    f"image {first[0]} x {first[1]}; networks take square images of one size, "
                    "so set image_size in [dataset] to have them resized and cropped at the centre"
                )
    if first is None:
        raise DataError(f"{target.dataset}: the source holds no images; complete the data")
    side = size or first[0]
    return side, side, channels or (3 if colour else 1)


def _open(item: Encoded) -> Image.Image:
    """Read the header; pixels are not decoded yet."""
    try:
        image = Image.open(io.BytesIO(item.data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(item.where, "far") from error
    except UnidentifiedImageError as error:
        known = ", ".join(_FORMATS)
        raise DataError(
            f"{item.where}: not a readable image; replace or remove it (none of {known})"
        ) from error
    except _BROKEN as error:
        raise DataError(f"{item.where}: not a readable image; replace or remove it ({error})") from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(item.where, f"{image.width} x {image.height} pixels,")
    if image.mode in _DEEP:
        raise DataError(f"{item.where}: more than 8 bits per channel ({image.mode}); convert it to 8 bits")
    return image


def _too_large(where: str, size: str) -> DataError:
    return DataError(
        f"{where}: {size} more than {MAX_PIXELS:,} pixels are refused; remove it or make it smaller"
    )


def _decode(item: Encoded, target: Target, shape: tuple[int, int, int]) -> Images:
    height, width, channels = shape
    mode = "L" if channels == 1 else "RGB"
    with _open(item) as image:
        if image.size != (width, height) and not target.resize:
            raise DataError(
                f"{item.where}: {image.width} x {image.height} pixels, but images of {target.dataset} have "
                f"{width} x {height}; this is not {target.dataset}, or the file is damaged"
            )
        try:
            converted = image if image.mode == mode else image.convert(mode)
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
