"""The pickled batches of CIFAR-10 and CIFAR-100, from their folder or straight from the official archive."""

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.data.source import Block, Contents, Labels, Layout, Source, Target, identify
from bench.errors import DataError

# The largest official batch, CIFAR-100's training set, has 155 MB.
_MAX_BATCH_BYTES = 512 * 2**20
_SIDE = 32

Reader = Callable[[str], bytes]

# The function moved between numpy 1 and 2; an array's own reduction names it wherever it is.
_RECONSTRUCT = np.empty(0).__reduce__()[0]


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


def layouts(batches: Batches) -> tuple[Layout, Layout]:
    """The extracted folder, and the archive as it was downloaded."""
    return (
        Layout(
            f"{batches.folder}/{batches.train[0]} (and the other batches)", partial(_find_folder, batches)
        ),
        Layout(batches.archive, partial(_find_archive, batches)),
    )


def _find_folder(batches: Batches, root: Path, bases: tuple[Path, ...]) -> Source | None:
    for folder in (place / batches.folder for place in (root, *bases)):
        if folder.is_dir():
            files = [folder / name for name in batches.files]
            if missing := [file.name for file in files if not file.is_file()]:
                raise DataError(
                    f"{folder}: {missing[0]} is missing; extract the whole {batches.archive} again"
                )
            read = partial(_read, batches, lambda: _folder_reader(folder))
            return Source("torchvision", str(folder), identify(folder, files), read)
    return None


def _find_archive(batches: Batches, root: Path, bases: tuple[Path, ...]) -> Source | None:
    for archive in (place / batches.archive for place in (root, *bases)):
        if archive.is_file():
            read = partial(_read, batches, lambda: _archive_reader(archive, batches))
            return Source("archive", str(archive), identify(archive.parent, [archive]), read)
    return None


def _folder_reader(folder: Path) -> tuple[str, Reader]:
    def read(name: str) -> bytes:
        file = folder / name
        try:
            if file.stat().st_size > _MAX_BATCH_BYTES:
                raise DataError(f"{file}: larger than {_MAX_BATCH_BYTES} bytes, no batch is; replace it")
            return file.read_bytes()
        except OSError as error:
            raise DataError(f"{file}: cannot be read: {error.strerror}; check the file") from error

    return str(folder), read


def _archive_reader(archive: Path, batches: Batches) -> tuple[str, Reader]:
    """Read the members into memory in one pass; nothing is extracted to disk."""
    members: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                folder, _, name = member.name.removeprefix("./").partition("/")
                if folder != batches.folder or name not in batches.files or not member.isfile():
                    continue
                if member.size > _MAX_BATCH_BYTES:
                    raise DataError(f"{archive}: {member.name} has {member.size} bytes, no batch is so large")
                stream = tar.extractfile(member)
                members[name] = stream.read() if stream else b""
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{archive}: damaged archive ({error}); download it again") from error
    if missing := [name for name in batches.files if name not in members]:
        raise DataError(f"{archive}: lacks {batches.folder}/{missing[0]}; download it again")
    # Each member is read once; letting go of it keeps the peak at one copy of the data.
    return str(archive), members.pop


def _read(batches: Batches, opened: Callable[[], tuple[str, Reader]], target: Target) -> Contents:
    where, read = opened()
    names = _load(read(batches.meta), f"{where}/{batches.meta}").get(batches.names_key)
    if (
        not isinstance(names, list)
        or len(names) != target.classes
        or not all(isinstance(n, str) for n in names)
    ):
        raise DataError(f"{where}/{batches.meta}: no list of {target.classes} class names; replace the data")
    return Contents(
        shape=(_SIDE, _SIDE, 3),
        classes=tuple(names),
        train=_blocks(batches, batches.train, where, read),
        test=_blocks(batches, (batches.test,), where, read),
        totals=(50_000, 10_000),
    )


def _blocks(batches: Batches, names: tuple[str, ...], where: str, read: Reader) -> Iterator[Block]:
    for name in names:
        file = f"{where}/{name}"
        batch = _load(read(name), file)
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


def _load(data: bytes, file: str) -> dict[str, Any]:
    try:
        batch = _ArraysOnly(io.BytesIO(data), encoding="latin1").load()
    except pickle.UnpicklingError as error:
        raise DataError(f"{file}: refused ({error}); download the official archive again") from error
    except Exception as error:  # A damaged pickle may raise anything.
        raise DataError(f"{file}: damaged batch ({error}); download the official archive again") from error
    if not isinstance(batch, dict):
        raise DataError(f"{file}: not a batch of CIFAR; replace the file")
    return batch


def _latin1(text: str, _encoding: str) -> bytes:
    """What protocol 2 calls to rebuild bytes."""
    return text.encode("latin1")


class _ArraysOnly(pickle.Unpickler):
    """Rebuilds plain values and numpy arrays; a pickle that names anything else is not a batch of CIFAR."""

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct":
                return _RECONSTRUCT
            case "numpy", "ndarray":
                return np.ndarray
            case "numpy", "dtype":
                return np.dtype
            case "_codecs", "encode":
                return _latin1
        raise pickle.UnpicklingError(f"it wants to call {module}.{name}")
