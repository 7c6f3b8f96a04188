"""Image files in a folder or a zip archive: their names, and the bytes of each, never outside of it."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from bench.data.images import MAX_FILE_BYTES
from bench.data.source import Identity, identify
from bench.errors import DataError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".ppm", ".pgm", ".webp", ".gif", ".tif", ".tiff"})


def is_image(name: str) -> bool:
    """Whether the name is that of an image; hidden files are not."""
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


@dataclass(frozen=True)
class Folder:
    """Files below a folder."""

    root: Path

    @cached_property
    def _facts(self) -> tuple[tuple[str, int, int], ...]:
        return tuple(sorted(_walk(self.root, self.root.resolve(), "")))

    @property
    def where(self) -> str:
        """The folder, for messages."""
        return str(self.root)

    def names(self) -> tuple[str, ...]:
        """Relative names of all files, sorted.

        Raises:
            DataError: A folder cannot be read, or a symbolic link leaves the dataset.
        """
        return tuple(name for name, _, _ in self._facts)

    def identity(self) -> Identity:
        """Name, size and modification time of each file."""
        return self._facts

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        file = self.root / name
        try:
            _refuse_large(str(file), file.stat().st_size)
            return file.read_bytes()
        except OSError as error:
            raise DataError(f"{file}: cannot be read: {error.strerror}; check the file") from error


@dataclass(frozen=True)
class Zip:
    """Members of a zip archive; they are read where they are, nothing is extracted."""

    root: Path
    prefix: str
    """Folder inside the archive that the names are relative to, with a slash at its end."""

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.root)
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise DataError(
                f"{self.root}: not a readable zip archive ({error}); download it again"
            ) from error

    @property
    def where(self) -> str:
        """The archive, for messages."""
        return str(self.root)

    def names(self) -> tuple[str, ...]:
        """Names of all files below the prefix, sorted."""
        members = (member for member in self._archive.namelist() if not member.endswith("/"))
        return tuple(
            sorted(member.removeprefix(self.prefix) for member in members if member.startswith(self.prefix))
        )

    def identity(self) -> Identity:
        """Name, size and modification time of the archive."""
        return identify(self.root.parent, [self.root])

    def read(self, name: str) -> bytes:
        """The bytes of one member, checked against its checksum."""
        where = f"{self.root}/{self.prefix}{name}"
        try:
            _refuse_large(where, self._archive.getinfo(self.prefix + name).file_size)
            return self._archive.read(self.prefix + name)
        except KeyError as error:
            raise DataError(f"{where} is missing; download the archive again") from error
        except (
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise DataError(f"{where}: damaged archive ({error}); download it again") from error


Files = Folder | Zip


def _refuse_large(where: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{where}: {size} bytes, more than the {MAX_FILE_BYTES} allowed for one file; remove it"
        )


def _walk(folder: Path, root: Path, prefix: str) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}; check the folder") from error
    for entry in entries:
        if entry.is_symlink():
            _refuse_escape(Path(entry.path), root)
        if entry.is_dir():
            yield from _walk(Path(entry.path), root, f"{prefix}{entry.name}/")
        elif entry.is_file():
            stat = entry.stat()
            yield f"{prefix}{entry.name}", stat.st_size, stat.st_mtime_ns


def _refuse_escape(link: Path, root: Path) -> None:
    """Links to files of the same dataset are fine; whole folders could be linked in a circle."""
    real = Path(os.path.realpath(link))
    if not real.is_relative_to(root) or real.is_dir():
        raise DataError(
            f"{link}: a symbolic link that leaves the dataset's folder, or points to a folder; "
            "copy the files, or remove the link"
        )
