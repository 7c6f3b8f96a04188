"""The pickled batches of CIFAR-10 and CIFAR-100, from their folder or straight from the official archive."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bench.data.source import Block, Contents, Labels, Layout, Source, Target, identify
from bench.data.sources.safe_pickle import load
from bench.errors import DataError

# The largest official batch, CIFAR-100's training set, has 155 MB; the archives unpack to less than 190 MB.
_MAX_BATCH_BYTES = 512 * 2**20
_MAX_ARCHIVE_BYTES = 1024 * 2**20
_SIDE = 32

Reader = Callable[[str], bytes]
"""From the name of a batch to its bytes; each batch is read once."""


@dataclass(frozen=True)
class Batches:
    """Names of one dataset's files and of the keys inside them."""

    folder: str
    archive: str
    train: tuple[str, ...]
    test: str
    meta: str
    label_key: str
    names_key: str

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that must be there."""
        return (*self.train, self.test, self.meta)

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        """The extracted folder, and the archive as it was downloaded."""
        return (
            Layout(f"{self.folder}/{self.train[0]} (and the other batches)", partial(_find_folder, self)),
            Layout(self.archive, partial(_find_archive, self)),
        )


CIFAR10 = Batches(
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    train=tuple(f"data_batch_{i}" for i in range(1, 6)),
    test="test_batch",
    meta="batches.meta",
    label_key="labels",
    names_key="label_names",
)
CIFAR100 = Batches(
    folder="cifar-100-python",
    archive="cifar-100-python.tar.gz",
    train=("train",),
    test="test",
    meta="meta",
    label_key="fine_labels",
    names_key="fine_label_names",
)


def _find_folder(batches: Batches, root: Path, bases: tuple[Path, ...]) -> Source | None:
    for folder in (place / batches.folder for place in (root, *bases)):
        if folder.is_dir():
            files = [folder / name for name in batches.files]
            if missing := [file.name for file in files if not file.is_file()]:
                raise DataError(f"{folder}: {missing[0]} is missing; extract {batches.archive} again")
            read = partial(_read, batches, folder, lambda place, _: partial(_read_file, place))
            return Source("torchvision", str(folder), identify(folder, files), read)
    return None


def _find_archive(batches: Batches, root: Path, bases: tuple[Path, ...]) -> Source | None:
    for archive in (place / batches.archive for place in (root, *bases)):
        if archive.is_file():
            read = partial(_read, batches, archive, _unpack)
            return Source("archive", str(archive), identify(archive.parent, [archive]), read)
    return None


def _read_file(folder: Path, name: str) -> bytes:
    file = folder / name
    try:
        if file.stat().st_size > _MAX_BATCH_BYTES:
            raise DataError(f"{file}: more than {_MAX_BATCH_BYTES} bytes, no batch is so large; replace it")
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}; check the file") from error


def _unpack(archive: Path, batches: Batches) -> Reader:
    """Read the members into memory in one pass; nothing is extracted to disk."""
    members: dict[str, bytes] = {}
    try:
        with (
            gzip.open(archive) as unzipped,
            tarfile.open(fileobj=_Bounded(unzipped, archive), mode="r|") as tar,
        ):
            for member in tar:
                folder, _, name = member.name.removeprefix("./").partition("/")
                if folder == batches.folder and name in batches.files and (stream := tar.extractfile(member)):
                    members[name] = stream.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{archive}: damaged archive ({error}); download it again") from error
    if missing := [name for name in batches.files if name not in members]:
        raise DataError(f"{archive}: {batches.folder}/{missing[0]} is missing; download it again")
    # Letting go of each batch keeps the peak at one copy of the data.
    return members.pop


class _Bounded(io.RawIOBase):
    """Reads on until a limit: a small archive may claim to hold anything."""

    def __init__(self, stream: gzip.GzipFile, archive: Path) -> None:
        self._stream = stream
        self._archive = archive
        self._left = _MAX_ARCHIVE_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise DataError(
                f"{self._archive}: unpacks to more than {_MAX_ARCHIVE_BYTES} bytes; download it again"
            )
        return data


def _read(
    batches: Batches, place: Path, opened: Callable[[Path, Batches], Reader], target: Target
) -> Contents:
    read = opened(place, batches)
    names = load(read(batches.meta), f"{place}/{batches.meta}").get(batches.names_key)
    if not isinstance(names, list) or len(names) != target.classes:
        raise DataError(f"{place}/{batches.meta}: no list of {target.classes} class names; replace the data")
    return Contents(
        shape=(_SIDE, _SIDE, 3),
        classes=tuple(map(str, names)),
        train=_blocks(batches, batches.train, place, read),
        test=_blocks(batches, (batches.test,), place, read),
        totals=(0, 0),
    )


def _blocks(batches: Batches, names: tuple[str, ...], place: Path, read: Reader) -> Iterator[Block]:
    for name in names:
        file = f"{place}/{name}"
        batch = load(read(name), file)
        pixels, labels = batch.get("data"), _labels(batch.get(batches.label_key), file)
        if (
            not isinstance(pixels, np.ndarray)
            or pixels.dtype != np.uint8
            or pixels.shape[1:] != (3 * _SIDE**2,)
        ):
            raise DataError(f"{file}: no uint8 images of {_SIDE} x {_SIDE} x 3; replace the file")
        if len(pixels) != len(labels):
            raise DataError(f"{file}: {len(pixels)} images, but {len(labels)} labels; replace the file")
        # Stored as planes: N, C x H x W -> N, H, W, C.
        yield Block(pixels.reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1), labels, file)


def _labels(stored: object, file: str) -> Labels:
    if not isinstance(stored, list) or not all(isinstance(label, int) for label in stored):
        raise DataError(f"{file}: its labels are not a list of integers; replace the file")
    return np.array(stored, dtype=np.int64)
